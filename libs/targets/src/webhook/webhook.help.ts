/** Shown beside the form of a webhook connector. */
export const webhookHelp = `### What you need
The URL of any HTTP service that takes JSON, and the credential it asks for.

### Steps
1. Ask the owner of the receiving service for its **URL** and how it recognises its callers.
2. Choose the same under **Authentication**: nothing, user and password (Basic), a token (Bearer), a header of your own,
   OAuth 2 client credentials, or a client certificate (mTLS). Give the secret part under *Secrets*: it is stored
   encrypted and never shown again.
3. Every request also carries the headers of [Standard Webhooks](https://www.standardwebhooks.com/): \`webhook-id\` (the
   same over all retries, so that the receiver can drop repeats), \`webhook-timestamp\` and \`webhook-signature\`. Give the
   **signing secret** (\`whsec_…\`) to the receiver; every Standard Webhooks library checks it in one line.
4. To change the signing secret, save a new one (or clear the field and get one made): from then on every request carries a
   signature with each. Once the receiver knows the new one, remove the **previous signing secret**; after a leak, remove it
   in the same change.
5. Where the credential is part of the URL (\`?key=…\`, \`?sig=…\`, \`?access_token=…\`), paste the URL as you got it. The value is stored
   encrypted and the URL shown with \`****\` in its place. Leave the stars to keep it, write a new value to replace it; another host needs it
   again. A credential in the path of the URL cannot be told from the rest and stays readable.
6. Press **Test**. The answer of the receiver is shown word for word.

### What an answer means
* 200 to 299: delivered; the body does not matter.
* 408, 425, 429 and 5xx: tried again later, honouring \`Retry-After\`.
* 410, or the header \`webhook-delivery: disable\` with any refusal: the connector is disabled.
* The header \`webhook-delivery: abort-message\` with any refusal: this one delivery is not tried again.
* 3xx: refused. Redirects are never followed, because the credential would go to another host.
* Every other 4xx: refused for good.

A GET request carries no body.`;
