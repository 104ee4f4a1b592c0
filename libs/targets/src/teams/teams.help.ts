/** Shown beside the form of a Microsoft Teams connector. */
export const teamsHelp = `### What you need
The URL of a *workflow* in Microsoft Teams that starts when a webhook request is received. The \`sig\` in it is the only
credential, so the whole URL is stored as a secret.

### Steps
1. In Teams open the channel, **…**, **Workflows**.
2. Choose **Send webhook alerts to a channel** (older name: *Post to a channel when a webhook request is received*).
3. Sign in, press **Next**, choose team and channel, press **Add workflow**.
4. Copy the URL that is shown into **Workflow URL** here, as it stands. Copy it from Teams, not out of a web page or a mail:
   a \`&\` that has become \`&amp;\` loses the credential.
5. In the workflow leave **Who can trigger the flow** at **Anyone**.
6. Press **Test**.

### Good to know
* **Office 365 connectors are retired** (\`…webhook.office.com\`, \`outlook.office.com/webhook\`): Microsoft has switched them
  off. Such a URL is refused here; make a workflow as above instead.
* URLs at \`….logic.azure.com\` are the older form. They are taken, but Microsoft supports only the new form
  (\`….api.powerplatform.com\`): open the workflow and copy its URL again.
* Teams answers 202 as soon as it has taken the request. Whether the card was shown is seen only in the workflow's run history.
* A workflow belongs to a person and stops when the person leaves: add a second owner.
* Cards are at most 28 KB after Teams' own additions; longer texts are cut with a … and the delivery says so.
* A template gives an Adaptive Card, or the whole message with \`attachments\`. A MessageCard of the old connectors is passed on
  unchanged; workflows show it without its buttons.`;
