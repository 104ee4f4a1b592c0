/** Shown beside the form of a Jira connector. */
export const jiraHelp = `### What you need
The address of your Jira, the key of a project, and a credential of a user who may create issues there. Make a user of its own
for Waybill: it is the reporter of the tickets, and nobody leaves with it.

### Jira Cloud
1. Log in as that user and open <https://id.atlassian.com/manage-profile/security/api-tokens>.
2. **Create API token**, copy it. Tokens expire after a year at most: note the date.
3. Enter **E-mail** of the user and **API token** under Secrets. The password of the user does not work.

### Jira Data Center
1. Choose **Data Center** under Deployment.
2. In Jira open your profile, **Personal Access Tokens**, **Create token**, and enter it as **Personal access token**.
   Where those are switched off, enter user name and password as *E-mail* and *API token*.

### One ticket per thing
* The first notification of a correlation key (for incidents the incident id) opens a ticket. Later ones **comment** on it, **edit** it
  or do nothing, as you choose under *On update*.
* Enter a **resolving transition**, such as \`Done\`, and a completed or closed incident moves the ticket there. Names and numbers of
  transitions are those that Jira offers on the ticket.
* A ticket that somebody has deleted is opened anew at the next notification.
* Each ticket carries a label \`waybill-…\`. By it a ticket is found again after an attempt whose outcome is unknown, so keep the
  field *Labels* on the create screen.

### Good to know
* A template gives \`{"fields":{…}}\`. Project, issue type, labels and the settings below are added where the template has none.
* A priority given as a text is mapped; priorities of your own scheme belong into **Priority map**, best by their number.
* Long texts are written as [Atlassian Document Format](https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/).
  For Data Center they are turned into wiki markup. A description that the template gives as plain text stays wiki markup there,
  **with the values of the notification unescaped**.
* Summaries have at most 255 characters, texts 32,767; what is longer is cut with a … and the delivery says so.`;
