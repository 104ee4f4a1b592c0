/** Shown beside the form of a ServiceNow connector. */
export const servicenowHelp = `### What you need
The address of your instance and a user who may read and write the table (role \`itil\` for incidents). Make a user of its own for
Waybill, with **Web service access only**.

### The credential, one of three
* **User name** and **password** of that user.
* An OAuth **token**.
* An **API key**: *System Web Services*, *API Access Policies*, *REST API Key*; it is sent as \`x-sn-apikey\`.

### Steps
1. Enter the address, such as \`https://example.service-now.com\`, and leave **Table** at \`incident\` unless you use another.
2. Enter the credential under Secrets.
3. For things that are over, fill in **Resolve**: the state (\`6\` is Resolved), a **resolution code** of your instance, such as
   *Solution provided*, and the **notes**. All three are sent in one update, because data policies demand them together.
4. Press **Test**.

### One incident per thing
* The key of the thing stands in \`correlation_id\` of the record. The first notification makes the record; later ones write a work
  note, edit its fields or do nothing, as you choose under *On update*.
* A record that somebody has deleted is made anew.

### Good to know
* \`priority\` is computed by ServiceNow from \`impact\` and \`urgency\` and cannot be set. A rating given there as a text becomes 1, 2 or 3.
* ServiceNow cuts long values without a word; so they are cut here, with a … and a note: \`short_description\` at 160 characters,
  \`description\` at 4,000.
* A developer instance that sleeps answers with a web page; deliveries wait for it to wake up.
* The user must be able to read what it writes, else nobody can tell which record was made.`;
