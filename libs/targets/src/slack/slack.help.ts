/** Shown beside the form of a Slack connector. */
export const slackHelp = `### What you need
The URL of an *incoming webhook* of your Slack workspace. It decides the channel, and it is the only credential: whoever has
it can post, so it is stored as a secret.

### Steps
1. Open <https://api.slack.com/apps>, **Create New App**, **From scratch**, and choose the workspace.
2. Under **Incoming Webhooks** switch them on, press **Add New Webhook to Workspace** and choose the channel.
3. Copy the **Webhook URL** (\`https://hooks.slack.com/services/T…/B…/…\`) into **Webhook URL** here.
4. Press **Test**. The message appears in the channel; otherwise Slack's own answer is shown.

### Good to know
* A template gives \`text\`, \`blocks\` or \`attachments\` ([Block Kit](https://app.slack.com/block-kit-builder)). Values of the
  notification are escaped in JSON templates, so that nobody is paged by data such as \`<!channel>\`. **A jq template escapes for itself**:
  \`gsub("&";"&amp;") | gsub("<";"&lt;") | gsub(">";"&gt;")\`.
* Texts that are too long for Slack are cut with a … and the delivery says so; empty blocks, which Slack refuses, are left out.
* Slack takes about one message a second per channel.
* A message cannot be changed later: the end of an incident is a second message.`;
