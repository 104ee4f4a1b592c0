/** Shown beside the form of a Jira Service Management connector. */
export const jiraServiceManagementHelp = `### What you need
The address of your Jira, the numbers of a service desk and of a request type, and a credential of a user who may raise requests
there. Make that user an agent where Waybill shall also edit and resolve requests.

### The credential
As for Jira: **E-mail** and **API token** for the cloud (<https://id.atlassian.com/manage-profile/security/api-tokens>), a
**personal access token** for Data Center.

### The two numbers
1. Open your service project, **Project settings**, **Request types**, and the request type: its number stands in the address,
   behind \`request-types/\`.
2. The number of the desk is in the address of the portal: \`…/servicedesk/customer/portal/4\` is service desk 4.
3. Or ask Jira: \`GET /rest/servicedeskapi/servicedesk\` lists the desks, \`GET /rest/servicedeskapi/servicedesk/4/requesttype\` the types
   of desk 4, and \`…/requesttype/27/field\` the fields that a type takes and demands.

### One request per thing
* The first notification of a correlation key raises a request. Later ones comment on it (internally, unless you switch on
  **Public comments**: those are mailed to the customer), edit it or do nothing.
* Enter a **resolving transition** and a completed or closed incident moves the request there. The user must be an agent.
* After an attempt whose outcome is unknown a request with the same summary and description, raised since then, is taken for
  ours: requests have no label that every desk allows.

### Good to know
* A template gives \`requestFieldValues\`; a field that the request type does not have is refused by Jira, so no others are sent.
* \`description\` is wiki markup. Default templates escape what the notification says; a description that your template gives as
  plain text is sent **with the values of the notification unescaped**.
* *Operations alerts* (Opsgenie) are another product with another address.`;
