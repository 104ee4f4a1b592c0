/** Shown beside the form of a PagerDuty connector. */
export const pagerdutyHelp = `### What you need
The *integration key* of a PagerDuty service: 32 letters and digits. It decides the service and is the credential.

### Steps
1. In PagerDuty open **Services**, your service, **Integrations**, **Add an integration**.
2. Choose **Events API V2** and press **Add**.
3. Open the new integration and copy the **Integration Key** into **Integration key** here. Keys of *Events API V1* do not work.
4. Leave **Base URL** as it is; accounts in the EU service region use \`https://events.eu.pagerduty.com\`.
5. Press **Test**. An alert appears in the service.

### One alert per thing
* All notifications with the same correlation key (for incidents the incident id) go to one alert: the first triggers it, later
  ones are appended, and a completed or closed incident resolves it. A notification after that opens a new alert.
* Without a correlation key every notification is an alert of its own; retries of one notification never open a second.
* PagerDuty answers 202 also when it drops an acknowledgement or a resolution of an alert that it does not know.

### Good to know
* Severity is \`critical\`, \`error\`, \`warning\` or \`info\`. High and critical ratings become \`critical\`, medium \`warning\`, low \`info\`.
* A summary has at most 1,024 characters and an event at most 512 KB; what is longer is cut and the delivery says so.`;
