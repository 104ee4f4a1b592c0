/** Shown beside the form of an e-mail connector. */
export const emailHelp = `### What you need
The addresses that shall get the mails. Ticket systems that make tickets out of mails work too: give the address of the
project or the instance, such as \`myjiraproject@myjira.atlassian.net\` or \`myinstance@service-now.com\`. The sender's
address must be known there.

### Steps
1. Enter 1 to 50 plain addresses under **To** (no display names), further ones under **Copy**.
2. Write the **subject**. Fields of the notification stand in double braces: \`[{{incident_threat_rating}}] {{incident.summary}}\`.
3. Leave **Mail server** empty to use the deployment's own. Otherwise give \`smtp://user@host:587\` (STARTTLS is demanded)
   or \`smtps://user@host:465\`, and the password as a secret. Providers that ask for two factors want an *app password*.
   Exchange Online ends logins with a password; give **OAuth 2** instead: register an application in Entra ID with the
   permission \`SMTP.SendAsApp\`, give its service principal the mailbox, and enter token URL, client id, the scope
   \`https://outlook.office365.com/.default\` and the client secret. The user in the URL is the mailbox.
4. Press **Test**. The mail server's reply to every single recipient is shown word for word.

### What a reply means
* A recipient refused with 4xx (greylisting, mailbox busy) is tried again; those who have the mail do not get it twice.
* A recipient refused with 5xx is not tried again, and the delivery says who did not get the mail.
* All attempts carry the same Message-ID. Mails of one correlation key form one thread.`;
