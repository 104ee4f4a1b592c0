// Generated from /openapi.json by `npm run api-client`. A change is made in libs/contracts or in a *.routes.ts.

export interface paths {
  '/v1/targets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists what can be connected.
     * @description Needs a key with the scope `read`.
     */
    get: operations['getTargets'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/targets/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Reads a target with its form, secrets, default templates and help.
     * @description Needs a key with the scope `read`.
     */
    get: operations['getTargetsById'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/notification-types': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the notification types of the tenant, the built-in ones among them.
     * @description Needs a key with the scope `read`.
     */
    get: operations['getNotificationTypes'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/notification-types/{type}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Reads a notification type with its schema and sample.
     * @description Needs a key with the scope `read`.
     */
    get: operations['getNotificationTypesByType'];
    /**
     * Writes the schema, sample and strictness of a notification type.
     * @description Needs a key with the scope `manage`.
     */
    put: operations['putNotificationTypesByType'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/session': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Says who is signed in and what the key allows.
     * @description Needs a key of any scope.
     */
    get: operations['getSession'];
    put?: never;
    /**
     * Signs a browser in with the API key of this request: sets a cookie, answers the CSRF token.
     * @description Needs a key of any scope.
     */
    post: operations['postSession'];
    /**
     * Signs the browser out; with `everywhere` every browser that signed in with the same key.
     * @description Needs a key of any scope.
     */
    delete: operations['deleteSession'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/tenants': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the tenants; outside the home tenant only the own one.
     * @description Needs a key with the scope `admin`.
     */
    get: operations['getTenants'];
    put?: never;
    /**
     * Creates a tenant with its stream; answers a first key and publisher credentials, shown once.
     * @description Needs a key with the scope `admin`.
     */
    post: operations['postTenants'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/api-keys': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the keys of the tenant, without the keys themselves.
     * @description Needs a key with the scope `admin`.
     */
    get: operations['getApiKeys'];
    put?: never;
    /**
     * Creates a key with scopes; the key is shown once.
     * @description Needs a key with the scope `admin`.
     */
    post: operations['postApiKeys'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/api-keys/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /**
     * Revokes a key; it stops working within five seconds.
     * @description Needs a key with the scope `admin`.
     */
    delete: operations['deleteApiKeysById'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/connectors': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists connectors, newest first, with `at` as they were then; a page may then hold fewer than `limit`.
     * @description Needs a key with the scope `read`.
     */
    get: operations['getConnectors'];
    put?: never;
    /**
     * Creates a connector; answers once delivery has it, or after two seconds with "propagated":false.
     * @description Needs a key with the scope `manage`.
     */
    post: operations['postConnectors'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/connectors/test': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Really sends with a connector that is not saved; nothing is stored but an audit event.
     * @description Needs a key with the scope `manage`.
     */
    post: operations['postConnectorsTest'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/connectors/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Reads a connector, with `at` as it was then; secrets are never returned.
     * @description Needs a key with the scope `read`.
     */
    get: operations['getConnectorsById'];
    put?: never;
    post?: never;
    /**
     * Deletes a connector; what was pending is cancelled visibly.
     * @description Needs a key with the scope `manage`.
     */
    delete: operations['deleteConnectorsById'];
    options?: never;
    head?: never;
    /**
     * Changes a connector by JSON merge patch; a secret left out stays.
     * @description Needs a key with the scope `manage`.
     */
    patch: operations['patchConnectorsById'];
    trace?: never;
  };
  '/v1/connectors/{id}/enable': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Lets a connector deliver again.
     * @description Needs a key with the scope `manage`.
     */
    post: operations['postConnectorsByIdEnable'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/connectors/{id}/disable': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Stops a connector; what was pending is cancelled visibly.
     * @description Needs a key with the scope `manage`.
     */
    post: operations['postConnectorsByIdDisable'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/connectors/{id}/test': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Really sends with a stored connector, with unsaved changes laid over it where there are some.
     * @description Needs a key with the scope `manage`.
     */
    post: operations['postConnectorsByIdTest'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/connectors/{id}/history': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the log events of a connector, newest first.
     * @description Needs a key with the scope `read`.
     */
    get: operations['getConnectorsByIdHistory'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/render': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Previews what a delivery would send; never sends.
     * @description Needs a key with the scope `manage`.
     */
    post: operations['postRender'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/subscriptions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists subscriptions, newest first, with `at` as they were then; a page may then hold fewer than `limit`.
     * @description Needs a key with the scope `read`.
     */
    get: operations['getSubscriptions'];
    put?: never;
    /**
     * Creates a subscription.
     * @description Needs a key with the scope `manage`.
     */
    post: operations['postSubscriptions'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/subscriptions/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Reads a subscription, with `at` as it was then.
     * @description Needs a key with the scope `read`.
     */
    get: operations['getSubscriptionsById'];
    put?: never;
    post?: never;
    /**
     * Deletes a subscription; what was pending is cancelled visibly.
     * @description Needs a key with the scope `manage`.
     */
    delete: operations['deleteSubscriptionsById'];
    options?: never;
    head?: never;
    /**
     * Changes a subscription by JSON merge patch; a filter is replaced whole.
     * @description Needs a key with the scope `manage`.
     */
    patch: operations['patchSubscriptionsById'];
    trace?: never;
  };
  '/v1/subscriptions/{id}/enable': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Lets a subscription choose notifications again.
     * @description Needs a key with the scope `manage`.
     */
    post: operations['postSubscriptionsByIdEnable'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/subscriptions/{id}/disable': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Stops a subscription; what was pending is cancelled visibly.
     * @description Needs a key with the scope `manage`.
     */
    post: operations['postSubscriptionsByIdDisable'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/subscriptions/{id}/explain': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Says whether a subscription would choose a notification, clause by clause.
     * @description Needs a key with the scope `read`.
     */
    post: operations['postSubscriptionsByIdExplain'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/explain': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Says of every subscription whether it would choose a notification, clause by clause.
     * @description Needs a key with the scope `read`.
     */
    post: operations['postExplain'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/notifications': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists notifications, newest first.
     * @description Needs a key with the scope `read`.
     */
    get: operations['getNotifications'];
    put?: never;
    /**
     * Publishes a notification; the answer means that it is on disk and will end with an explanation.
     * @description Needs a key with the scope `publish`.
     */
    post: operations['postNotifications'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/notifications/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Reads a notification with its routing decision and deliveries.
     * @description Needs a key with the scope `read`.
     */
    get: operations['getNotificationsById'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/notifications/{id}/receipt': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Proves that a notification is in the log (c2sp.org/tlog-proof@v1): for its publisher to keep, and to check without this server.
     * @description Needs a key with the scope `publish`.
     */
    get: operations['getNotificationsByIdReceipt'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/deliveries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists deliveries, newest first.
     * @description Needs a key with the scope `read`.
     */
    get: operations['getDeliveries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/deliveries/facets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Counts the deliveries of a filter by status, type, connector and subscription.
     * @description Needs a key with the scope `read`.
     */
    get: operations['getDeliveriesFacets'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/deliveries/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Reads a delivery with every attempt, the target's own answers and its log events, with `at` as it was then.
     * @description Needs a key with the scope `read`.
     */
    get: operations['getDeliveriesById'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/deliveries/{id}/redeliver': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Sends again, the same bytes or today's template; the delivery and its webhook-id stay the same.
     * @description Needs a key with the scope `redeliver`.
     */
    post: operations['postDeliveriesByIdRedeliver'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/deliveries/{id}/cancel': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Ends a delivery that is still waiting, with a reason.
     * @description Needs a key with the scope `redeliver`.
     */
    post: operations['postDeliveriesByIdCancel'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/stats': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Counts, success rate, latencies, the oldest undelivered and a series.
     * @description Needs a key with the scope `read`.
     */
    get: operations['getStats'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/stats/connectors': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The same by connector, with the last error, what stands against it now, and a series of each.
     * @description Needs a key with the scope `read`.
     */
    get: operations['getStatsConnectors'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/redeliveries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Sends many again as a job; with dryRun only says how many, to whom and with what risk of duplicates.
     * @description Needs a key with the scope `redeliver`.
     */
    post: operations['postRedeliveries'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/jobs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists jobs, newest first.
     * @description Needs a key with the scope `read`.
     */
    get: operations['getJobs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/jobs/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Reads the progress of a job.
     * @description Needs a key with the scope `read`.
     */
    get: operations['getJobsById'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/jobs/{id}/pause': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Pauses a job.
     * @description Needs a key with the scope `redeliver`.
     */
    post: operations['postJobsByIdPause'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/jobs/{id}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Goes on with a paused job.
     * @description Needs a key with the scope `redeliver`.
     */
    post: operations['postJobsByIdResume'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/jobs/{id}/cancel': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Ends a job; what it has sent stays sent.
     * @description Needs a key with the scope `redeliver`.
     */
    post: operations['postJobsByIdCancel'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/delivery-hold': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Says whether deliveries leave, or since when and why not.
     * @description Needs a key with the scope `read`.
     */
    get: operations['getDeliveryHold'];
    put?: never;
    /**
     * Holds all deliveries of all tenants: what comes is recorded and accepted, and nothing is sent.
     * @description Needs a key with the scope `admin`.
     */
    post: operations['postDeliveryHold'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/delivery-hold/release': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Releases all deliveries; who did stands in the log before the first of them leaves.
     * @description Needs a key with the scope `admin`.
     */
    post: operations['postDeliveryHoldRelease'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/why/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Explains a notification, delivery, connector, subscription, job or refused notification in words and as data.
     * @description Needs a key with the scope `read`.
     */
    get: operations['getWhyById'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/log/{log}/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Reads the tenant's events of a log after a position, in order, as they were recorded.
     * @description Needs a key with the scope `audit`.
     */
    get: operations['getLogByLogEvents'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/log/{log}/head': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Reads the newest position of a log and its root hash.
     * @description Needs a key with the scope `audit`.
     */
    get: operations['getLogByLogHead'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/log/{log}/checkpoint': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Reads the newest signed checkpoint of a log, a C2SP signed note.
     * @description Needs a key with the scope `audit`.
     */
    get: operations['getLogByLogCheckpoint'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/log/{log}/proof': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Proves that an event is in the newest checkpoint (c2sp.org/tlog-proof@v1).
     * @description Needs a key with the scope `audit`.
     */
    get: operations['getLogByLogProof'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/log/{log}/consistency': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Proves that the log of a later size extends the one of an earlier size (RFC 9162).
     * @description Needs a key with the scope `audit`.
     */
    get: operations['getLogByLogConsistency'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/log/{log}/export': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Exports the tenant's events with their proofs as a tar that is checked without this server.
     * @description Needs a key with the scope `audit`.
     */
    get: operations['getLogByLogExport'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/log/{log}/verify': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Hashes the stored events of a range again and compares them with what the notary signed.
     * @description Needs a key with the scope `audit`.
     */
    post: operations['postLogByLogVerify'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/deliveries/{id}/replay': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Makes the request of a past attempt once more out of the logs and compares it with the recorded digest; sends nothing.
     * @description Needs a key with the scope `audit`.
     */
    get: operations['getDeliveriesByIdReplay'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/shredding': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Makes payloads unreadable for ever, of one notification or of all up to a time; the log says so and every proof stays.
     * @description Needs a key with the scope `admin`.
     */
    post: operations['postShredding'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/legal-holds': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Keeps payloads from being shredded, of one notification or of the whole tenant, or releases them.
     * @description Needs a key with the scope `admin`.
     */
    post: operations['postLegalHolds'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/live': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Sends the tenant's log events as they are recorded (server-sent events); Last-Event-ID resumes without a gap.
     * @description Needs a key with the scope `read`.
     */
    get: operations['getLive'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/doctor': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Checks what must hold for deliveries to flow, and says what to do where it does not.
     * @description Needs a key with the scope `read`.
     */
    get: operations['getDoctor'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/openapi.json': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The HTTP API as OpenAPI 3.1.
     * @description Needs no key.
     */
    get: operations['getOpenapiJson'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/asyncapi.json': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The subjects of NATS as AsyncAPI 3.
     * @description Needs no key.
     */
    get: operations['getAsyncapiJson'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/docs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The HTTP API as a page.
     * @description Needs no key.
     */
    get: operations['getDocs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The console.
     * @description Needs no key.
     */
    get: operations['getConsole'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    Target: {
      /** @enum {string} */
      id: 'jira' | 'jira-service-management' | 'servicenow' | 'teams' | 'slack' | 'pagerduty' | 'webhook' | 'email';
      name: string;
      /** @enum {string} */
      category: 'ticketing' | 'messaging' | 'universal';
      description: string;
      form: {
        [key: string]: unknown;
      };
      secrets: {
        [key: string]: unknown;
      };
      templates: {
        [key: string]: {
          /** @enum {string} */
          format: 'json' | 'jq';
          body: string;
        } & {
          [key: string]: unknown;
        };
      };
      /** @description Whether the connection can be tested without sending, and what is asked then */
      connectionTest: {
        offered: boolean;
        says: string;
      } & {
        [key: string]: unknown;
      };
      help: string;
    } & {
      [key: string]: unknown;
    };
    NotificationType: {
      type: string;
      title: string;
      schema: {
        [key: string]: unknown;
      } | null;
      sample: {
        [key: string]: unknown;
      } | null;
      strict: boolean;
      position?: number;
    } & {
      [key: string]: unknown;
    };
    TenantCreated: {
      /** @description Id of a tenant */
      id: string;
      name: string;
      /** Format: date-time */
      createdAt: string;
      createdBy?: string;
      apiKey?: components['schemas']['ApiKeyCreated'];
      /** @description What a NATS publisher of the tenant connects with: an API key with the scope publish, of which the broker asks registry. Every such key of the tenant does, with its id as the user. */
      publisher?: {
        user: string;
        password: string;
        /** @description Both, and where the broker is: any client connects with it as it stands */
        natsUrl?: string;
        /** @description Answers in an inbox with this prefix are heard by nobody else */
        inboxPrefix?: string;
      } & {
        [key: string]: unknown;
      };
      position?: number;
    } & {
      [key: string]: unknown;
    };
    ApiKeyCreated: {
      /** @description Id of a API key */
      id: string;
      /** @description Id of a tenant */
      tenant?: string;
      name: string;
      scopes: ('publish' | 'read' | 'manage' | 'redeliver' | 'audit' | 'admin')[];
      /** Format: date-time */
      createdAt: string;
      createdBy: string;
      expiresAt: string | null;
      revokedAt: string | null;
      /** @description Shown once; absent in a replay by Idempotency-Key */
      key?: string;
      position?: number;
    } & {
      [key: string]: unknown;
    };
    Tenant: {
      /** @description Id of a tenant */
      id: string;
      name: string;
      /** Format: date-time */
      createdAt: string;
      createdBy?: string;
    } & {
      [key: string]: unknown;
    };
    ApiKeyCreate: {
      name: string & (unknown & unknown);
      scopes: ('publish' | 'read' | 'manage' | 'redeliver' | 'audit' | 'admin')[];
      expiresAt?: string | null;
    };
    ApiKey: {
      /** @description Id of a API key */
      id: string;
      /** @description Id of a tenant */
      tenant?: string;
      name: string;
      scopes: ('publish' | 'read' | 'manage' | 'redeliver' | 'audit' | 'admin')[];
      /** Format: date-time */
      createdAt: string;
      createdBy: string;
      expiresAt: string | null;
      revokedAt: string | null;
    } & {
      [key: string]: unknown;
    };
    ConnectorCreate:
      | {
          /** @constant */
          target: 'jira';
          config: {
            baseUrl: string;
            /** @enum {string} */
            deployment?: 'cloud' | 'data-center';
            projectKey: string;
            issueType?: string;
            /** @enum {string} */
            onUpdate?: 'comment' | 'edit' | 'none';
            resolveTransition?: string;
          } & {
            [key: string]: unknown;
          };
          name: string & (unknown & unknown);
          enabled?: boolean;
          /** @description Values by name; sealed at once and never given back. `****` stands for the value that is set */
          secrets?: {
            [key: string]: string;
          };
          /** @description By notification type, `generic` for any other */
          templates?: {
            [key: string]: components['schemas']['Template'];
          };
          limits?: {
            maxConcurrent?: number;
            maxPerSecond?: number | null;
            timeoutMs?: number;
            /** @description Seconds before attempt 1, 2, 3 …, as in the plan of the deployment (0, 5, 30 …), which null means; the first attempt never waits */
            retryDelaysSeconds?: number[] | null;
          };
        }
      | {
          /** @constant */
          target: 'jira-service-management';
          config: {
            baseUrl: string;
            serviceDeskId: string | number;
            requestTypeId: string | number;
          } & {
            [key: string]: unknown;
          };
          name: string & (unknown & unknown);
          enabled?: boolean;
          /** @description Values by name; sealed at once and never given back. `****` stands for the value that is set */
          secrets?: {
            [key: string]: string;
          };
          /** @description By notification type, `generic` for any other */
          templates?: {
            [key: string]: components['schemas']['Template'];
          };
          limits?: {
            maxConcurrent?: number;
            maxPerSecond?: number | null;
            timeoutMs?: number;
            /** @description Seconds before attempt 1, 2, 3 …, as in the plan of the deployment (0, 5, 30 …), which null means; the first attempt never waits */
            retryDelaysSeconds?: number[] | null;
          };
        }
      | {
          /** @constant */
          target: 'servicenow';
          config: {
            baseUrl: string;
            table?: string;
          } & {
            [key: string]: unknown;
          };
          name: string & (unknown & unknown);
          enabled?: boolean;
          /** @description Values by name; sealed at once and never given back. `****` stands for the value that is set */
          secrets?: {
            [key: string]: string;
          };
          /** @description By notification type, `generic` for any other */
          templates?: {
            [key: string]: components['schemas']['Template'];
          };
          limits?: {
            maxConcurrent?: number;
            maxPerSecond?: number | null;
            timeoutMs?: number;
            /** @description Seconds before attempt 1, 2, 3 …, as in the plan of the deployment (0, 5, 30 …), which null means; the first attempt never waits */
            retryDelaysSeconds?: number[] | null;
          };
        }
      | {
          /** @constant */
          target: 'teams';
          config?: {
            [key: string]: unknown;
          };
          name: string & (unknown & unknown);
          enabled?: boolean;
          /** @description Values by name; sealed at once and never given back. `****` stands for the value that is set */
          secrets?: {
            [key: string]: string;
          };
          /** @description By notification type, `generic` for any other */
          templates?: {
            [key: string]: components['schemas']['Template'];
          };
          limits?: {
            maxConcurrent?: number;
            maxPerSecond?: number | null;
            timeoutMs?: number;
            /** @description Seconds before attempt 1, 2, 3 …, as in the plan of the deployment (0, 5, 30 …), which null means; the first attempt never waits */
            retryDelaysSeconds?: number[] | null;
          };
        }
      | {
          /** @constant */
          target: 'slack';
          config?: {
            [key: string]: unknown;
          };
          name: string & (unknown & unknown);
          enabled?: boolean;
          /** @description Values by name; sealed at once and never given back. `****` stands for the value that is set */
          secrets?: {
            [key: string]: string;
          };
          /** @description By notification type, `generic` for any other */
          templates?: {
            [key: string]: components['schemas']['Template'];
          };
          limits?: {
            maxConcurrent?: number;
            maxPerSecond?: number | null;
            timeoutMs?: number;
            /** @description Seconds before attempt 1, 2, 3 …, as in the plan of the deployment (0, 5, 30 …), which null means; the first attempt never waits */
            retryDelaysSeconds?: number[] | null;
          };
        }
      | {
          /** @constant */
          target: 'pagerduty';
          config?: {
            baseUrl?: string;
            client?: string;
            clientUrl?: string;
          } & {
            [key: string]: unknown;
          };
          name: string & (unknown & unknown);
          enabled?: boolean;
          /** @description Values by name; sealed at once and never given back. `****` stands for the value that is set */
          secrets?: {
            [key: string]: string;
          };
          /** @description By notification type, `generic` for any other */
          templates?: {
            [key: string]: components['schemas']['Template'];
          };
          limits?: {
            maxConcurrent?: number;
            maxPerSecond?: number | null;
            timeoutMs?: number;
            /** @description Seconds before attempt 1, 2, 3 …, as in the plan of the deployment (0, 5, 30 …), which null means; the first attempt never waits */
            retryDelaysSeconds?: number[] | null;
          };
        }
      | {
          /** @constant */
          target: 'webhook';
          config: {
            /** @description A credential in its query (`?key=…`) is taken out and kept as the secret `urlQuery`; `****` stands in its place, and leaves it when it is sent back */
            url: string;
            /** @enum {string} */
            method?: 'POST' | 'PUT' | 'PATCH' | 'GET' | 'DELETE';
            headers?: {
              [key: string]: string;
            };
            auth?: {
              /** @enum {string} */
              kind: 'none' | 'basic' | 'bearer' | 'header' | 'oauth2-client-credentials' | 'mtls';
              username?: string;
              headerName?: string;
              tokenUrl?: string;
              clientId?: string;
              scopes?: string;
            } & {
              [key: string]: unknown;
            };
            caPem?: string;
          } & {
            [key: string]: unknown;
          };
          name: string & (unknown & unknown);
          enabled?: boolean;
          /** @description Values by name; sealed at once and never given back. `****` stands for the value that is set */
          secrets?: {
            [key: string]: string;
          };
          /** @description By notification type, `generic` for any other */
          templates?: {
            [key: string]: components['schemas']['Template'];
          };
          limits?: {
            maxConcurrent?: number;
            maxPerSecond?: number | null;
            timeoutMs?: number;
            /** @description Seconds before attempt 1, 2, 3 …, as in the plan of the deployment (0, 5, 30 …), which null means; the first attempt never waits */
            retryDelaysSeconds?: number[] | null;
          };
        }
      | {
          /** @constant */
          target: 'email';
          config: {
            to: string[];
            cc?: string[];
            from?: string;
            replyTo?: string;
            subject?: string;
            smtpUrl?: string;
            caPem?: string;
            oauth2?: {
              tokenUrl: string;
              clientId: string;
              scopes?: string;
            } & {
              [key: string]: unknown;
            };
          } & {
            [key: string]: unknown;
          };
          name: string & (unknown & unknown);
          enabled?: boolean;
          /** @description Values by name; sealed at once and never given back. `****` stands for the value that is set */
          secrets?: {
            [key: string]: string;
          };
          /** @description By notification type, `generic` for any other */
          templates?: {
            [key: string]: components['schemas']['Template'];
          };
          limits?: {
            maxConcurrent?: number;
            maxPerSecond?: number | null;
            timeoutMs?: number;
            /** @description Seconds before attempt 1, 2, 3 …, as in the plan of the deployment (0, 5, 30 …), which null means; the first attempt never waits */
            retryDelaysSeconds?: number[] | null;
          };
        };
    Template: {
      /** @enum {string} */
      format: 'json' | 'jq';
      body: string;
    };
    ConnectorWritten: {
      /** @description Id of a connector */
      id: string;
      /** @description Id of a tenant */
      tenant: string;
      version: number;
      name: string;
      /** @enum {string} */
      target: 'jira' | 'jira-service-management' | 'servicenow' | 'teams' | 'slack' | 'pagerduty' | 'webhook' | 'email';
      enabled: boolean;
      /** @enum {string} */
      status: 'healthy' | 'failing' | 'disabled';
      health: {
        /** @description Since when attempts fail; after five days it is disabled */
        failingSince: string | null;
        /** @description Reason code of the failures */
        because: string | null;
        /** @description The target asked for quiet (Retry-After): nothing is sent before */
        pausedUntil: string | null;
      } & {
        [key: string]: unknown;
      };
      config: {
        [key: string]: unknown;
      };
      secrets: {
        [key: string]: {
          /** @constant */
          set: true;
          /** Format: date-time */
          setAt: string;
          setBy: string;
        } & {
          [key: string]: unknown;
        };
      };
      templates: {
        [key: string]: {
          /** @enum {string} */
          format: 'json' | 'jq';
          body: string;
        } & {
          [key: string]: unknown;
        };
      };
      limits: {
        maxConcurrent: number;
        maxPerSecond: number | null;
        timeoutMs: number;
        retryDelaysSeconds: number[] | null;
      } & {
        [key: string]: unknown;
      };
      /** Format: date-time */
      createdAt: string;
      createdBy: string;
      /** Format: date-time */
      updatedAt: string;
      updatedBy: string;
      disabledReason?: string | null;
      /** @description Of a single connector: what to warn of, in words; null where delivery did not answer */
      banner?:
        | ({
            paused:
              | ({
                  /** Format: date-time */
                  until: string;
                  reason: string;
                  meaning: string | null;
                } & {
                  [key: string]: unknown;
                })
              | null;
            failing:
              | ({
                  /** Format: date-time */
                  since: string;
                  /** @description Reason of the attempt that showed it */
                  reason: string;
                  /** @description The reason in a sentence */
                  meaning: string | null;
                  /** @description The delivery whose attempt showed it */
                  deliveryId: string | null;
                  /** @description What the target answered to it */
                  targetSaid:
                    | ({
                        response:
                          | (
                              | ({
                                  status: number;
                                  headers: {
                                    [key: string]: string;
                                  };
                                  body: string;
                                  bodyTruncated: boolean;
                                } & {
                                  [key: string]: unknown;
                                })
                              | ({
                                  recipients: ({
                                    stage: string;
                                    recipient: string;
                                    code: number | null;
                                    text: string;
                                  } & {
                                    [key: string]: unknown;
                                  })[];
                                } & {
                                  [key: string]: unknown;
                                })
                            )
                          | null;
                        error:
                          | ({
                              code: string;
                              message: string;
                            } & {
                              [key: string]: unknown;
                            })
                          | null;
                      } & {
                        [key: string]: unknown;
                      })
                    | null;
                } & {
                  [key: string]: unknown;
                })
              | null;
            /** @description Set while the connector is disabled because its target is gone or has failed for five days */
            givenUp:
              | ({
                  /** Format: date-time */
                  at: string;
                  /** @enum {string} */
                  why: 'target_gone' | 'failing_too_long';
                  words: string;
                  /** @description Reason of the attempt that showed it */
                  reason: string;
                  /** @description The reason in a sentence */
                  meaning: string | null;
                  /** @description The delivery whose attempt showed it */
                  deliveryId: string | null;
                  /** @description What the target answered to it */
                  targetSaid:
                    | ({
                        response:
                          | (
                              | ({
                                  status: number;
                                  headers: {
                                    [key: string]: string;
                                  };
                                  body: string;
                                  bodyTruncated: boolean;
                                } & {
                                  [key: string]: unknown;
                                })
                              | ({
                                  recipients: ({
                                    stage: string;
                                    recipient: string;
                                    code: number | null;
                                    text: string;
                                  } & {
                                    [key: string]: unknown;
                                  })[];
                                } & {
                                  [key: string]: unknown;
                                })
                            )
                          | null;
                        error:
                          | ({
                              code: string;
                              message: string;
                            } & {
                              [key: string]: unknown;
                            })
                          | null;
                      } & {
                        [key: string]: unknown;
                      })
                    | null;
                } & {
                  [key: string]: unknown;
                })
              | null;
          } & {
            [key: string]: unknown;
          })
        | null;
      /** @description null where nobody has tested it, or delivery did not answer */
      lastTest:
        | ({
            /** Format: date-time */
            at: string;
            /**
             * @description Whether something was sent, or only the connection was tested
             * @enum {string}
             */
            mode: 'delivery' | 'connection';
            /** @enum {string} */
            outcome: 'accepted' | 'refused' | 'unknown';
            reason: string | null;
            by: string;
          } & {
            [key: string]: unknown;
          })
        | null;
      position?: number;
      /** @description false: delivery had not read the change within two seconds; it will */
      propagated?: boolean;
      generatedSecrets?: {
        [key: string]: string;
      };
    } & {
      [key: string]: unknown;
    };
    Connector: {
      /** @description Id of a connector */
      id: string;
      /** @description Id of a tenant */
      tenant: string;
      version: number;
      name: string;
      /** @enum {string} */
      target: 'jira' | 'jira-service-management' | 'servicenow' | 'teams' | 'slack' | 'pagerduty' | 'webhook' | 'email';
      enabled: boolean;
      /** @enum {string} */
      status: 'healthy' | 'failing' | 'disabled';
      health: {
        /** @description Since when attempts fail; after five days it is disabled */
        failingSince: string | null;
        /** @description Reason code of the failures */
        because: string | null;
        /** @description The target asked for quiet (Retry-After): nothing is sent before */
        pausedUntil: string | null;
      } & {
        [key: string]: unknown;
      };
      config: {
        [key: string]: unknown;
      };
      secrets: {
        [key: string]: {
          /** @constant */
          set: true;
          /** Format: date-time */
          setAt: string;
          setBy: string;
        } & {
          [key: string]: unknown;
        };
      };
      templates: {
        [key: string]: {
          /** @enum {string} */
          format: 'json' | 'jq';
          body: string;
        } & {
          [key: string]: unknown;
        };
      };
      limits: {
        maxConcurrent: number;
        maxPerSecond: number | null;
        timeoutMs: number;
        retryDelaysSeconds: number[] | null;
      } & {
        [key: string]: unknown;
      };
      /** Format: date-time */
      createdAt: string;
      createdBy: string;
      /** Format: date-time */
      updatedAt: string;
      updatedBy: string;
      disabledReason?: string | null;
      /** @description Of a single connector: what to warn of, in words; null where delivery did not answer */
      banner?:
        | ({
            paused:
              | ({
                  /** Format: date-time */
                  until: string;
                  reason: string;
                  meaning: string | null;
                } & {
                  [key: string]: unknown;
                })
              | null;
            failing:
              | ({
                  /** Format: date-time */
                  since: string;
                  /** @description Reason of the attempt that showed it */
                  reason: string;
                  /** @description The reason in a sentence */
                  meaning: string | null;
                  /** @description The delivery whose attempt showed it */
                  deliveryId: string | null;
                  /** @description What the target answered to it */
                  targetSaid:
                    | ({
                        response:
                          | (
                              | ({
                                  status: number;
                                  headers: {
                                    [key: string]: string;
                                  };
                                  body: string;
                                  bodyTruncated: boolean;
                                } & {
                                  [key: string]: unknown;
                                })
                              | ({
                                  recipients: ({
                                    stage: string;
                                    recipient: string;
                                    code: number | null;
                                    text: string;
                                  } & {
                                    [key: string]: unknown;
                                  })[];
                                } & {
                                  [key: string]: unknown;
                                })
                            )
                          | null;
                        error:
                          | ({
                              code: string;
                              message: string;
                            } & {
                              [key: string]: unknown;
                            })
                          | null;
                      } & {
                        [key: string]: unknown;
                      })
                    | null;
                } & {
                  [key: string]: unknown;
                })
              | null;
            /** @description Set while the connector is disabled because its target is gone or has failed for five days */
            givenUp:
              | ({
                  /** Format: date-time */
                  at: string;
                  /** @enum {string} */
                  why: 'target_gone' | 'failing_too_long';
                  words: string;
                  /** @description Reason of the attempt that showed it */
                  reason: string;
                  /** @description The reason in a sentence */
                  meaning: string | null;
                  /** @description The delivery whose attempt showed it */
                  deliveryId: string | null;
                  /** @description What the target answered to it */
                  targetSaid:
                    | ({
                        response:
                          | (
                              | ({
                                  status: number;
                                  headers: {
                                    [key: string]: string;
                                  };
                                  body: string;
                                  bodyTruncated: boolean;
                                } & {
                                  [key: string]: unknown;
                                })
                              | ({
                                  recipients: ({
                                    stage: string;
                                    recipient: string;
                                    code: number | null;
                                    text: string;
                                  } & {
                                    [key: string]: unknown;
                                  })[];
                                } & {
                                  [key: string]: unknown;
                                })
                            )
                          | null;
                        error:
                          | ({
                              code: string;
                              message: string;
                            } & {
                              [key: string]: unknown;
                            })
                          | null;
                      } & {
                        [key: string]: unknown;
                      })
                    | null;
                } & {
                  [key: string]: unknown;
                })
              | null;
          } & {
            [key: string]: unknown;
          })
        | null;
      /** @description null where nobody has tested it, or delivery did not answer */
      lastTest:
        | ({
            /** Format: date-time */
            at: string;
            /**
             * @description Whether something was sent, or only the connection was tested
             * @enum {string}
             */
            mode: 'delivery' | 'connection';
            /** @enum {string} */
            outcome: 'accepted' | 'refused' | 'unknown';
            reason: string | null;
            by: string;
          } & {
            [key: string]: unknown;
          })
        | null;
    } & {
      [key: string]: unknown;
    };
    TestResult: {
      /** @enum {string} */
      outcome: 'accepted' | 'refused' | 'unknown';
      reason: string | null;
      request:
        | ({
            method?: string;
            url?: string;
            headers?: {
              [key: string]: string;
            };
            body?: string;
          } & {
            [key: string]: unknown;
          })
        | null;
      response:
        | (
            | ({
                status: number;
                headers: {
                  [key: string]: string;
                };
                body: string;
                bodyTruncated: boolean;
              } & {
                [key: string]: unknown;
              })
            | ({
                recipients: ({
                  stage: string;
                  recipient: string;
                  code: number | null;
                  text: string;
                } & {
                  [key: string]: unknown;
                })[];
              } & {
                [key: string]: unknown;
              })
          )
        | null;
      error:
        | ({
            code: string;
            message: string;
          } & {
            [key: string]: unknown;
          })
        | null;
      timingsMs: {
        dns?: number;
        connect?: number;
        tls?: number;
        firstByte?: number;
        /** @description Mail: the first words of the server, EHLO and STARTTLS */
        greeting?: number;
        /** @description Mail: the login */
        auth?: number;
        /** @description Mail: envelope, content and the reply to it */
        data?: number;
        total?: number;
      } & {
        [key: string]: unknown;
      };
    } & {
      [key: string]: unknown;
    };
    ConnectorPatch: {
      name?: string & (unknown & unknown);
      enabled?: boolean;
      config?: {
        [key: string]: unknown;
      };
      secrets?: {
        [key: string]: string | null;
      };
      templates?: {
        [key: string]: {
          /** @enum {string} */
          format?: 'json' | 'jq';
          body?: string;
        } | null;
      };
      limits?: {
        maxConcurrent?: number | null;
        maxPerSecond?: number | null;
        timeoutMs?: number | null;
        /** @description Seconds before attempt 1, 2, 3 …, as in the plan of the deployment (0, 5, 30 …), which null means; the first attempt never waits */
        retryDelaysSeconds?: number[] | null;
      } | null;
    };
    LogEvent: {
      log: string;
      epoch: number;
      position: number;
      eventId: string;
      stream: string;
      version: number;
      type: string;
      schemaVersion: number;
      tenant: string;
      at: string;
      actor: string;
      correlationId?: string | null;
      causationId?: string | null;
      traceparent?: string | null;
      data: unknown;
    } & {
      [key: string]: unknown;
    };
    Rendered: {
      request: {
        method?: string;
        url?: string;
        headers?: {
          [key: string]: string;
        };
        body?: string;
      } & {
        [key: string]: unknown;
      };
      /** @description Paths of the template that the payload does not have */
      missing: string[];
      warnings: string[];
    } & {
      [key: string]: unknown;
    };
    SubscriptionCreate: {
      name: string & (unknown & unknown);
      connectorIds: string[];
      types: string[];
      enabled?: boolean;
      filter?: components['schemas']['Filter'] | null;
      suppression?: {
        minutes: number;
        /** @description Template; notifications with the same text count as the same */
        key?: string | null;
      };
      correlationKey?: string | null;
    };
    Subscription: {
      /** @description Id of a subscription */
      id: string;
      /** @description Id of a tenant */
      tenant: string;
      version: number;
      name: string;
      connectorIds: string[];
      types: string[];
      enabled: boolean;
      filter: {
        [key: string]: unknown;
      } | null;
      suppression: {
        minutes: number;
        key: string | null;
      } & {
        [key: string]: unknown;
      };
      correlationKey: string | null;
      /** Format: date-time */
      createdAt: string;
      createdBy: string;
      /** Format: date-time */
      updatedAt: string;
      updatedBy: string;
    } & {
      [key: string]: unknown;
    };
    SubscriptionPatch: {
      name?: string & (unknown & unknown);
      connectorIds?: string[];
      types?: string[];
      enabled?: boolean;
      filter?: components['schemas']['Filter'] | null;
      suppression?: {
        minutes?: number;
        /** @description Template; notifications with the same text count as the same */
        key?: string | null;
      } | null;
      correlationKey?: string | null;
    };
    Explanation: {
      /** @description Id of a subscription */
      subscriptionId: string;
      name?: string;
      matches: boolean;
      because: ({
        /** @description The filter node, or the rule (`enabled`, `types`) that was looked at */
        clause: unknown;
        holds: boolean;
        /** @description It is one of the reasons why the subscription does not match; behind a `not` one that holds may be */
        prevents?: boolean;
        words: string;
        pointer?: string;
      } & {
        [key: string]: unknown;
      })[];
    } & {
      [key: string]: unknown;
    };
    Publish: {
      /** @description Type of a notification, such as incident or deploy.finished */
      type: string;
      /** @description The publisher's own id: the same (tenant, source, id) is one notification for ever */
      id?: string;
      source?: string;
      /** Format: date-time */
      time?: string;
      payload: {
        [key: string]: unknown;
      };
    };
    Receipt: {
      /** @description Id of a notification */
      notificationId: string;
      log?: string;
      position: number;
      duplicate: boolean;
    } & {
      [key: string]: unknown;
    };
    Notification: {
      /** @description Id of a notification */
      id: string;
      /** @description Id of a tenant */
      tenant: string;
      type: string;
      /** @description The publisher's own id */
      sourceId?: string | null;
      source: string;
      time?: string | null;
      /** Format: date-time */
      recordedAt: string;
      position: number;
      warnings?: ({
        code: string;
        message: string;
      } & {
        [key: string]: unknown;
      })[];
    } & {
      [key: string]: unknown;
    };
    NotificationDetail: {
      /** @description Id of a notification */
      id: string;
      /** @description Id of a tenant */
      tenant: string;
      type: string;
      /** @description The publisher's own id */
      sourceId?: string | null;
      source: string;
      time?: string | null;
      /** Format: date-time */
      recordedAt: string;
      position: number;
      warnings?: ({
        code: string;
        message: string;
      } & {
        [key: string]: unknown;
      })[];
      payload?: {
        [key: string]: unknown;
      } | null;
      shredded?: boolean;
      /** @description What the router chose, and the position of the subscription state it was decided on */
      routing?: {
        routes: ({
          /** @description Id of a subscription */
          subscriptionId: string;
          subscriptionVersion?: number;
          /** @description null: suppressed before November 2026, when only the subscription was recorded */
          connectorId: string | null;
          suppressed: boolean;
          /**
           * Format: date-time
           * @description End of the window that suppressed it
           */
          until?: string;
        } & {
          [key: string]: unknown;
        })[];
        decidedOn?: number;
      } & {
        [key: string]: unknown;
      };
      deliveries?: components['schemas']['Delivery'][];
      /** @description false: delivery did not answer, or there are more than the first page */
      deliveriesComplete?: boolean;
    } & {
      [key: string]: unknown;
    };
    Delivery: {
      /** @description Id of a delivery */
      id: string;
      /** @description Id of a notification */
      notificationId: string;
      type: string;
      /** @description Id of a connector */
      connectorId: string;
      connectorVersion: number | null;
      /** @description Id of a subscription */
      subscriptionId: string;
      /** @enum {string} */
      status: 'pending' | 'attempting' | 'retrying' | 'delivered' | 'dead-lettered' | 'cancelled' | 'suppressed';
      reason: string | null;
      nextAttemptAt: string | null;
      receipt:
        | ({
            ticket?: string;
            url?: string;
          } & {
            [key: string]: unknown;
          })
        | null;
      /**
       * Format: date-time
       * @description When the notification was routed; lists are in this order, and `since` and `until` mean it
       */
      routedAt?: string;
      /** Format: date-time */
      acceptedAt?: string;
      /** Format: date-time */
      updatedAt?: string;
      /** @description Of a row of a list */
      attemptCount?: number;
      /** @description Of one that is pending: the earlier delivery of the same thing (correlation key) that goes first */
      waitsFor?: string;
      /**
       * Format: date-time
       * @description Of one that was suppressed: when the window ends
       */
      suppressedUntil?: string;
      /** @description Of one delivery: holds that it waits for, or after which it was attempted. After a restore such an attempt may repeat one that the restored log does not know */
      held?: ({
        /** @enum {string} */
        reason: 'database_changed' | 'timeline_changed' | 'restored' | 'operator_asked';
        /** Format: date-time */
        at: string;
        /** @description Of `DeliveryHeld` in the log of delivery */
        position: number;
        /** @description null: it is held still */
        releasedAt: string | null;
        releasedBy: string | null;
        releasedPosition: number | null;
      } & {
        [key: string]: unknown;
      })[];
      attempts?: components['schemas']['Attempt'][];
      log?: ({
        position: number;
        type: string;
        /** Format: date-time */
        at: string;
        /** @description Of a `RedeliveryRequested`: who asked for it, or made the job that did */
        actor?: string;
        /** @description Of a `RedeliveryRequested`: the job that asked for it; null where somebody asked for this one alone */
        jobId?: string | null;
      } & {
        [key: string]: unknown;
      })[];
    } & {
      [key: string]: unknown;
    };
    Attempt: {
      /** @description Id of a attempt */
      id: string;
      number: number;
      /** Format: date-time */
      startedAt: string;
      finishedAt: string | null;
      /** @description null while it runs */
      outcome: ('accepted' | 'refused' | 'unknown') | null;
      retry: ('later' | 'never') | null;
      reason: string | null;
      connectorVersion?: number;
      request:
        | ({
            method: string;
            url: string;
            headers: {
              [key: string]: string;
            };
            bodySha256: string;
            bodyBytes: number;
          } & {
            [key: string]: unknown;
          })
        | null;
      response:
        | (
            | ({
                status: number;
                headers: {
                  [key: string]: string;
                };
                body: string;
                bodyTruncated: boolean;
              } & {
                [key: string]: unknown;
              })
            | ({
                recipients: ({
                  stage: string;
                  recipient: string;
                  code: number | null;
                  text: string;
                } & {
                  [key: string]: unknown;
                })[];
              } & {
                [key: string]: unknown;
              })
          )
        | null;
      error:
        | ({
            code: string;
            message: string;
          } & {
            [key: string]: unknown;
          })
        | null;
      timingsMs: {
        dns?: number;
        connect?: number;
        tls?: number;
        firstByte?: number;
        /** @description Mail: the first words of the server, EHLO and STARTTLS */
        greeting?: number;
        /** @description Mail: the login */
        auth?: number;
        /** @description Mail: envelope, content and the reply to it */
        data?: number;
        total?: number;
      } & {
        [key: string]: unknown;
      };
    } & {
      [key: string]: unknown;
    };
    DeliveryFacets: {
      /** @description Deliveries that the filter finds, as far as they were counted */
      counted: number;
      /** @description false: only the newest were counted, and the counts are of those */
      complete: boolean;
      facets: {
        status: ({
          value: string;
          count: number;
        } & {
          [key: string]: unknown;
        })[];
        type: ({
          value: string;
          count: number;
        } & {
          [key: string]: unknown;
        })[];
        connectorId: ({
          value: string;
          count: number;
        } & {
          [key: string]: unknown;
        })[];
        subscriptionId: ({
          value: string;
          count: number;
        } & {
          [key: string]: unknown;
        })[];
      } & {
        [key: string]: unknown;
      };
    } & {
      [key: string]: unknown;
    };
    Stats: {
      /** Format: date-time */
      since: string;
      /** Format: date-time */
      until: string;
      counts: {
        pending: number;
        attempting: number;
        retrying: number;
        delivered: number;
        deadLettered: number;
        cancelled: number;
        /** @description Not sent, because a window of the subscription was open */
        suppressed: number;
      } & {
        [key: string]: unknown;
      };
      /** @description Delivered of all that was to be sent and ended; null when nothing did */
      successRate: number | null;
      /** @description From the record of the notification to the acceptance by the target */
      latencyMs: {
        p50: number | null;
        p95: number | null;
        p99: number | null;
      } & {
        [key: string]: unknown;
      };
      oldestUndelivered:
        | ({
            deliveryId: string;
            /** Format: date-time */
            since: string;
          } & {
            [key: string]: unknown;
          })
        | null;
      series: ({
        /** Format: date-time */
        at: string;
        delivered: number;
        deadLettered: number;
        failedAttempts: number;
      } & {
        [key: string]: unknown;
      })[];
    } & {
      [key: string]: unknown;
    };
    ConnectorStats: {
      /** @description Id of a connector */
      connectorId: string;
      delivered: number;
      deadLettered: number;
      failedAttempts: number;
      /** @description Not over now, whenever they were routed */
      underWay: number;
      /** @description Within the window */
      lastDeliveredAt: string | null;
      /** @description Of the newest delivery that is a dead letter or waits for a retry, whenever it was routed */
      lastError:
        | ({
            reason: string;
            /** Format: date-time */
            at: string;
            deliveryId: string;
          } & {
            [key: string]: unknown;
          })
        | null;
      /** @description The target asked for quiet until then */
      pausedUntil: string | null;
      /** @description Several failures in a row: only a probe goes through now and then */
      failing:
        | ({
            /** Format: date-time */
            since: string;
            because: string | null;
          } & {
            [key: string]: unknown;
          })
        | null;
      points: ({
        /** Format: date-time */
        at: string;
        delivered: number;
        deadLettered: number;
        failedAttempts: number;
      } & {
        [key: string]: unknown;
      })[];
    } & {
      [key: string]: unknown;
    };
    RedeliveryPreview: {
      /** @constant */
      dryRun: true;
      total: number;
      connectors: ({
        connectorId: string;
        count: number;
      } & {
        [key: string]: unknown;
      })[];
      /** @description When the oldest of them was accepted; null when there is none */
      oldest: string | null;
      /** @description How long the job would take at its own pace, which is below that of live traffic, and at the rates of its connectors */
      expectedSeconds: number;
      /** @description How many of them may have arrived already: delivered before, or an attempt with unknown outcome */
      duplicateRisk: number;
    } & {
      [key: string]: unknown;
    };
    Job: {
      /** @description Id of a job */
      id: string;
      kind: string;
      /** @enum {string} */
      state: 'running' | 'paused' | 'done' | 'cancelled';
      total: number;
      done: number;
      failed: number;
      skipped: number;
      ratePerSecond: number | null;
      etaSeconds: number | null;
      /** Format: date-time */
      createdAt?: string;
      createdBy?: string;
    } & {
      [key: string]: unknown;
    };
    Filter:
      | {
          and: components['schemas']['Filter'][];
        }
      | {
          or: components['schemas']['Filter'][];
        }
      | {
          not: components['schemas']['Filter'] | [components['schemas']['Filter']];
        }
      | {
          exists:
            | {
                source: string;
              }
            | [
                {
                  source: string;
                },
              ];
        }
      | {
          '=': [
            (
              | {
                  source: string;
                }
              | (string | number | boolean | null)
              | (string | number | boolean | null)[]
            ),
            (
              | {
                  source: string;
                }
              | (string | number | boolean | null)
              | (string | number | boolean | null)[]
            ),
          ];
        }
      | {
          '!=': [
            (
              | {
                  source: string;
                }
              | (string | number | boolean | null)
              | (string | number | boolean | null)[]
            ),
            (
              | {
                  source: string;
                }
              | (string | number | boolean | null)
              | (string | number | boolean | null)[]
            ),
          ];
        }
      | {
          in: [
            (
              | {
                  source: string;
                }
              | (string | number | boolean | null)
              | (string | number | boolean | null)[]
            ),
            (
              | {
                  source: string;
                }
              | (string | number | boolean | null)
              | (string | number | boolean | null)[]
            ),
          ];
        }
      | {
          '<': [
            (
              | {
                  source: string;
                }
              | (string | number | boolean | null)
              | (string | number | boolean | null)[]
            ),
            (
              | {
                  source: string;
                }
              | (string | number | boolean | null)
              | (string | number | boolean | null)[]
            ),
          ];
        }
      | {
          '<=': [
            (
              | {
                  source: string;
                }
              | (string | number | boolean | null)
              | (string | number | boolean | null)[]
            ),
            (
              | {
                  source: string;
                }
              | (string | number | boolean | null)
              | (string | number | boolean | null)[]
            ),
          ];
        }
      | {
          '>': [
            (
              | {
                  source: string;
                }
              | (string | number | boolean | null)
              | (string | number | boolean | null)[]
            ),
            (
              | {
                  source: string;
                }
              | (string | number | boolean | null)
              | (string | number | boolean | null)[]
            ),
          ];
        }
      | {
          '>=': [
            (
              | {
                  source: string;
                }
              | (string | number | boolean | null)
              | (string | number | boolean | null)[]
            ),
            (
              | {
                  source: string;
                }
              | (string | number | boolean | null)
              | (string | number | boolean | null)[]
            ),
          ];
        }
      | {
          contains: [
            (
              | {
                  source: string;
                }
              | (string | number | boolean | null)
              | (string | number | boolean | null)[]
            ),
            (
              | {
                  source: string;
                }
              | (string | number | boolean | null)
              | (string | number | boolean | null)[]
            ),
          ];
        }
      | {
          contains_any: [
            (
              | {
                  source: string;
                }
              | (string | number | boolean | null)
              | (string | number | boolean | null)[]
            ),
            (
              | {
                  source: string;
                }
              | (string | number | boolean | null)
              | (string | number | boolean | null)[]
            ),
          ];
        }
      | {
          contains_all: [
            (
              | {
                  source: string;
                }
              | (string | number | boolean | null)
              | (string | number | boolean | null)[]
            ),
            (
              | {
                  source: string;
                }
              | (string | number | boolean | null)
              | (string | number | boolean | null)[]
            ),
          ];
        }
      | {
          starts_with: [
            (
              | {
                  source: string;
                }
              | (string | number | boolean | null)
              | (string | number | boolean | null)[]
            ),
            (
              | {
                  source: string;
                }
              | (string | number | boolean | null)
              | (string | number | boolean | null)[]
            ),
          ];
        }
      | {
          cidr_match: [
            (
              | {
                  source: string;
                }
              | (string | number | boolean | null)
              | (string | number | boolean | null)[]
            ),
            (
              | {
                  source: string;
                }
              | (string | number | boolean | null)
              | (string | number | boolean | null)[]
            ),
          ];
        };
    Problem: {
      type: string;
      title: string;
      status: number;
      detail?: string;
      instance?: string;
      code: string;
      requestId?: string;
      retryAfterSeconds?: number;
      refusalId?: string;
      errors?: {
        pointer: string;
        code: string;
        message: string;
        line?: number;
        column?: number;
      }[];
    };
  };
  responses: {
    /** @description What is wrong, and how to mend it (RFC 9457). */
    Problem: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
  };
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  getTargets: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Target'][];
            nextCursor: string | null;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getTargetsById: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: 'jira' | 'jira-service-management' | 'servicenow' | 'teams' | 'slack' | 'pagerduty' | 'webhook' | 'email';
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Target'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getNotificationTypes: {
    parameters: {
      query?: {
        /** @description Items on a page */
        limit?: number;
        /** @description `nextCursor` of the page before; opaque */
        cursor?: string | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['NotificationType'][];
            nextCursor: string | null;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getNotificationTypesByType: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Type of a notification, such as incident or deploy.finished */
        type: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['NotificationType'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  putNotificationTypesByType: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Type of a notification, such as incident or deploy.finished */
        type: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          title?: string & (unknown & unknown);
          schema?: {
            [key: string]: unknown;
          } | null;
          sample?: {
            [key: string]: unknown;
          } | null;
          strict?: boolean;
        };
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['NotificationType'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getSession: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Id of a tenant */
            tenant: string;
            /** @description Id of a API key */
            keyId: string;
            scopes: ('publish' | 'read' | 'manage' | 'redeliver' | 'audit' | 'admin')[];
            /** @description Goes into the header Waybill-Csrf of every request that is no GET */
            csrfToken: string;
            /**
             * Format: date-time
             * @description The session ends then unless it is used before
             */
            idleEndsAt: string;
            /**
             * Format: date-time
             * @description The session ends then in any case
             */
            endsAt: string;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postSession: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Created. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Id of a tenant */
            tenant: string;
            /** @description Id of a API key */
            keyId: string;
            scopes: ('publish' | 'read' | 'manage' | 'redeliver' | 'audit' | 'admin')[];
            /** @description Goes into the header Waybill-Csrf of every request that is no GET */
            csrfToken: string;
            /**
             * Format: date-time
             * @description The session ends then unless it is used before
             */
            idleEndsAt: string;
            /**
             * Format: date-time
             * @description The session ends then in any case
             */
            endsAt: string;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  deleteSession: {
    parameters: {
      query?: {
        /** @description true: of the same key, in every browser */
        everywhere?: 'true' | 'false';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  getTenants: {
    parameters: {
      query?: {
        /** @description Items on a page */
        limit?: number;
        /** @description `nextCursor` of the page before; opaque */
        cursor?: string | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Tenant'][];
            nextCursor: string | null;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postTenants: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Id of a tenant */
          id: string;
          name: string & (unknown & unknown);
        };
      };
    };
    responses: {
      /** @description Created. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TenantCreated'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getApiKeys: {
    parameters: {
      query?: {
        /** @description Items on a page */
        limit?: number;
        /** @description `nextCursor` of the page before; opaque */
        cursor?: string | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['ApiKey'][];
            nextCursor: string | null;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postApiKeys: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ApiKeyCreate'];
      };
    };
    responses: {
      /** @description Created. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ApiKeyCreated'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  deleteApiKeysById: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of a API key */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  getConnectors: {
    parameters: {
      query?: {
        /** @description Items on a page */
        limit?: number;
        /** @description `nextCursor` of the page before; opaque */
        cursor?: string | null;
        target?:
          'jira' | 'jira-service-management' | 'servicenow' | 'teams' | 'slack' | 'pagerduty' | 'webhook' | 'email';
        status?: 'healthy' | 'failing' | 'disabled';
        q?: string;
        /** @description As they were then, with those that were deleted since: a time, or a position of the log */
        at?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Connector'][];
            nextCursor: string | null;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postConnectors: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ConnectorCreate'];
      };
    };
    responses: {
      /** @description Created. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConnectorWritten'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postConnectorsTest: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          connector: components['schemas']['ConnectorCreate'];
          /**
           * @description "delivery" (the default) really sends. "connection" only makes the harmless call of the target that shows whether address and credential are right; refused with `connection_test_none` where the target has none.
           * @enum {string}
           */
          mode?: 'delivery' | 'connection';
          /** @description Needed unless only the connection is tested */
          type?: string;
          /** @description The sample of the type when absent */
          payload?: {
            [key: string]: unknown;
          };
        };
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TestResult'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getConnectorsById: {
    parameters: {
      query?: {
        /** @description A time (RFC 3339), or a position of the log of the service that keeps it; 0 is before the first event */
        at?: string;
      };
      header?: never;
      path: {
        /** @description Id of a connector */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Connector'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  deleteConnectorsById: {
    parameters: {
      query?: never;
      header: {
        /** @description The ETag that was read; 412 when it is stale, 428 when it is absent. */
        'If-Match': string;
      };
      path: {
        /** @description Id of a connector */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  patchConnectorsById: {
    parameters: {
      query?: never;
      header: {
        /** @description The ETag that was read; 412 when it is stale, 428 when it is absent. */
        'If-Match': string;
      };
      path: {
        /** @description Id of a connector */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ConnectorPatch'];
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConnectorWritten'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postConnectorsByIdEnable: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @description Id of a connector */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          reason?: string;
        };
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConnectorWritten'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postConnectorsByIdDisable: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @description Id of a connector */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          reason?: string;
        };
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConnectorWritten'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postConnectorsByIdTest: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @description Id of a connector */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          connector?: components['schemas']['ConnectorPatch'];
          /**
           * @description "delivery" (the default) really sends. "connection" only makes the harmless call of the target that shows whether address and credential are right; refused with `connection_test_none` where the target has none.
           * @enum {string}
           */
          mode?: 'delivery' | 'connection';
          /** @description Needed unless only the connection is tested */
          type?: string;
          /** @description The sample of the type when absent */
          payload?: {
            [key: string]: unknown;
          };
        };
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TestResult'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getConnectorsByIdHistory: {
    parameters: {
      query?: {
        /** @description Items on a page */
        limit?: number;
        /** @description `nextCursor` of the page before; opaque */
        cursor?: string | null;
      };
      header?: never;
      path: {
        /** @description Id of a connector */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['LogEvent'][];
            nextCursor: string | null;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postRender: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @enum {string} */
          target:
            'jira' | 'jira-service-management' | 'servicenow' | 'teams' | 'slack' | 'pagerduty' | 'webhook' | 'email';
          config?: {
            [key: string]: unknown;
          };
          template?: components['schemas']['Template'];
          /** @description Type of a notification, such as incident or deploy.finished */
          type: string;
          /** @description The sample of the type when absent */
          payload?: {
            [key: string]: unknown;
          };
        };
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Rendered'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getSubscriptions: {
    parameters: {
      query?: {
        /** @description Items on a page */
        limit?: number;
        /** @description `nextCursor` of the page before; opaque */
        cursor?: string | null;
        /** @description Id of a connector */
        connectorId?: string;
        /** @description Type of a notification, such as incident or deploy.finished */
        type?: string;
        q?: string;
        /** @description As they were then, with those that were deleted since: a time, or a position of the log */
        at?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Subscription'][];
            nextCursor: string | null;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postSubscriptions: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SubscriptionCreate'];
      };
    };
    responses: {
      /** @description Created. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Id of a subscription */
            id: string;
            /** @description Id of a tenant */
            tenant: string;
            version: number;
            name: string;
            connectorIds: string[];
            types: string[];
            enabled: boolean;
            filter: {
              [key: string]: unknown;
            } | null;
            suppression: {
              minutes: number;
              key: string | null;
            } & {
              [key: string]: unknown;
            };
            correlationKey: string | null;
            /** Format: date-time */
            createdAt: string;
            createdBy: string;
            /** Format: date-time */
            updatedAt: string;
            updatedBy: string;
            position?: number;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getSubscriptionsById: {
    parameters: {
      query?: {
        /** @description A time (RFC 3339), or a position of the log of the service that keeps it; 0 is before the first event */
        at?: string;
      };
      header?: never;
      path: {
        /** @description Id of a subscription */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Subscription'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  deleteSubscriptionsById: {
    parameters: {
      query?: never;
      header: {
        /** @description The ETag that was read; 412 when it is stale, 428 when it is absent. */
        'If-Match': string;
      };
      path: {
        /** @description Id of a subscription */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  patchSubscriptionsById: {
    parameters: {
      query?: never;
      header: {
        /** @description The ETag that was read; 412 when it is stale, 428 when it is absent. */
        'If-Match': string;
      };
      path: {
        /** @description Id of a subscription */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SubscriptionPatch'];
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Id of a subscription */
            id: string;
            /** @description Id of a tenant */
            tenant: string;
            version: number;
            name: string;
            connectorIds: string[];
            types: string[];
            enabled: boolean;
            filter: {
              [key: string]: unknown;
            } | null;
            suppression: {
              minutes: number;
              key: string | null;
            } & {
              [key: string]: unknown;
            };
            correlationKey: string | null;
            /** Format: date-time */
            createdAt: string;
            createdBy: string;
            /** Format: date-time */
            updatedAt: string;
            updatedBy: string;
            position?: number;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postSubscriptionsByIdEnable: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @description Id of a subscription */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          reason?: string;
        };
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Id of a subscription */
            id: string;
            /** @description Id of a tenant */
            tenant: string;
            version: number;
            name: string;
            connectorIds: string[];
            types: string[];
            enabled: boolean;
            filter: {
              [key: string]: unknown;
            } | null;
            suppression: {
              minutes: number;
              key: string | null;
            } & {
              [key: string]: unknown;
            };
            correlationKey: string | null;
            /** Format: date-time */
            createdAt: string;
            createdBy: string;
            /** Format: date-time */
            updatedAt: string;
            updatedBy: string;
            position?: number;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postSubscriptionsByIdDisable: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @description Id of a subscription */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          reason?: string;
        };
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Id of a subscription */
            id: string;
            /** @description Id of a tenant */
            tenant: string;
            version: number;
            name: string;
            connectorIds: string[];
            types: string[];
            enabled: boolean;
            filter: {
              [key: string]: unknown;
            } | null;
            suppression: {
              minutes: number;
              key: string | null;
            } & {
              [key: string]: unknown;
            };
            correlationKey: string | null;
            /** Format: date-time */
            createdAt: string;
            createdBy: string;
            /** Format: date-time */
            updatedAt: string;
            updatedBy: string;
            position?: number;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postSubscriptionsByIdExplain: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @description Id of a subscription */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Type of a notification, such as incident or deploy.finished */
          type: string;
          payload: {
            [key: string]: unknown;
          };
          id?: string;
          source?: string;
          /** Format: date-time */
          time?: string;
        };
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Explanation'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postExplain: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Type of a notification, such as incident or deploy.finished */
          type: string;
          payload: {
            [key: string]: unknown;
          };
          id?: string;
          source?: string;
          /** Format: date-time */
          time?: string;
        };
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Explanation'][];
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getNotifications: {
    parameters: {
      query?: {
        /** @description Items on a page */
        limit?: number;
        /** @description `nextCursor` of the page before; opaque */
        cursor?: string | null;
        /** @description Type of a notification, such as incident or deploy.finished */
        type?: string;
        since?: string;
        until?: string;
        q?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Notification'][];
            nextCursor: string | null;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postNotifications: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['Publish'];
      };
    };
    responses: {
      /** @description Accepted. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Receipt'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getNotificationsById: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of a notification */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['NotificationDetail'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getNotificationsByIdReceipt: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of a notification */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain': unknown;
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getDeliveries: {
    parameters: {
      query?: {
        /** @description Items on a page */
        limit?: number;
        /** @description `nextCursor` of the page before; opaque */
        cursor?: string | null;
        status?: 'pending' | 'attempting' | 'retrying' | 'delivered' | 'dead-lettered' | 'cancelled' | 'suppressed';
        /** @description Id of a connector */
        connectorId?: string;
        /** @description Id of a subscription */
        subscriptionId?: string;
        /** @description Id of a notification */
        notificationId?: string;
        /** @description Type of a notification, such as incident or deploy.finished */
        type?: string;
        /** @description Routed then or later */
        since?: string;
        /** @description Routed before */
        until?: string;
        /** @description An id of a delivery or notification, a reason, or a ticket; as it is spelled */
        q?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Delivery'][];
            nextCursor: string | null;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getDeliveriesFacets: {
    parameters: {
      query?: {
        status?: 'pending' | 'attempting' | 'retrying' | 'delivered' | 'dead-lettered' | 'cancelled' | 'suppressed';
        /** @description Id of a connector */
        connectorId?: string;
        /** @description Id of a subscription */
        subscriptionId?: string;
        /** @description Id of a notification */
        notificationId?: string;
        /** @description Type of a notification, such as incident or deploy.finished */
        type?: string;
        /** @description Routed then or later */
        since?: string;
        /** @description Routed before */
        until?: string;
        /** @description An id of a delivery or notification, a reason, or a ticket; as it is spelled */
        q?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeliveryFacets'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getDeliveriesById: {
    parameters: {
      query?: {
        /** @description A time (RFC 3339), or a position of the log of the service that keeps it; 0 is before the first event */
        at?: string;
      };
      header?: never;
      path: {
        /** @description Id of a delivery */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Delivery'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postDeliveriesByIdRedeliver: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @description Id of a delivery */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @enum {string} */
          mode: 'same-bytes' | 'render-again';
        };
      };
    };
    responses: {
      /** @description Accepted. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Delivery'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postDeliveriesByIdCancel: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @description Id of a delivery */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          reason?: string;
        };
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Delivery'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getStats: {
    parameters: {
      query?: {
        since?: string;
        until?: string;
        /** @description Id of a connector */
        connectorId?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Stats'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getStatsConnectors: {
    parameters: {
      query?: {
        since?: string;
        until?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** Format: date-time */
            since: string;
            /** Format: date-time */
            until: string;
            /** @description What one point of `points` spans; points without deliveries are left out */
            pointMs: number;
            items: components['schemas']['ConnectorStats'][];
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postRedeliveries: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          filter: {
            /** @enum {string} */
            status?: 'pending' | 'attempting' | 'retrying' | 'delivered' | 'dead-lettered' | 'cancelled' | 'suppressed';
            /** @description Id of a connector */
            connectorId?: string;
            /** @description Id of a subscription */
            subscriptionId?: string;
            /** @description Id of a notification */
            notificationId?: string;
            /** @description Type of a notification, such as incident or deploy.finished */
            type?: string;
            /**
             * Format: date-time
             * @description Routed then or later
             */
            since?: string;
            /**
             * Format: date-time
             * @description Routed before
             */
            until?: string;
            /** @description An id of a delivery or notification, a reason, or a ticket; as it is spelled */
            q?: string;
          };
          /** @enum {string} */
          mode: 'same-bytes' | 'render-again';
          /** @default false */
          dryRun?: boolean;
        };
      };
    };
    responses: {
      /** @description Accepted. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RedeliveryPreview'] | components['schemas']['Job'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getJobs: {
    parameters: {
      query?: {
        /** @description Items on a page */
        limit?: number;
        /** @description `nextCursor` of the page before; opaque */
        cursor?: string | null;
        state?: 'running' | 'paused' | 'done' | 'cancelled';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Job'][];
            nextCursor: string | null;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getJobsById: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of a job */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Job'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postJobsByIdPause: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @description Id of a job */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': Record<string, never>;
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Job'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postJobsByIdResume: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @description Id of a job */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': Record<string, never>;
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Job'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postJobsByIdCancel: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @description Id of a job */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': Record<string, never>;
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Job'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getDeliveryHold: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            held: boolean;
            /** @description Of the oldest hold; null while nothing is held */
            since: string | null;
            holds: ({
              /** Format: uuid */
              id: string;
              /** @enum {string} */
              reason: 'database_changed' | 'timeline_changed' | 'restored' | 'operator_asked';
              /** Format: date-time */
              since: string;
              /** @description Who held it: the service that noticed, or an operator */
              by: string;
              /** @description Set when somebody has released it and that is not on the record yet */
              releaseAskedAt: string | null;
            } & {
              [key: string]: unknown;
            })[];
            /** @description Whether the key that asks may release and hold: one of the home tenant with the scope `admin` */
            mayRelease?: boolean;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postDeliveryHold: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /**
           * @description `restored` where a backup was put back
           * @default operator_asked
           * @enum {string}
           */
          reason?: 'restored' | 'operator_asked';
        };
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            held: boolean;
            /** @description Of the oldest hold; null while nothing is held */
            since: string | null;
            holds: ({
              /** Format: uuid */
              id: string;
              /** @enum {string} */
              reason: 'database_changed' | 'timeline_changed' | 'restored' | 'operator_asked';
              /** Format: date-time */
              since: string;
              /** @description Who held it: the service that noticed, or an operator */
              by: string;
              /** @description Set when somebody has released it and that is not on the record yet */
              releaseAskedAt: string | null;
            } & {
              [key: string]: unknown;
            })[];
            /** @description Whether the key that asks may release and hold: one of the home tenant with the scope `admin` */
            mayRelease?: boolean;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postDeliveryHoldRelease: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            held: boolean;
            /** @description Of the oldest hold; null while nothing is held */
            since: string | null;
            holds: ({
              /** Format: uuid */
              id: string;
              /** @enum {string} */
              reason: 'database_changed' | 'timeline_changed' | 'restored' | 'operator_asked';
              /** Format: date-time */
              since: string;
              /** @description Who held it: the service that noticed, or an operator */
              by: string;
              /** @description Set when somebody has released it and that is not on the record yet */
              releaseAskedAt: string | null;
            } & {
              [key: string]: unknown;
            })[];
            /** @description Whether the key that asks may release and hold: one of the home tenant with the scope `admin` */
            mayRelease?: boolean;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getWhyById: {
    parameters: {
      query?: {
        cursor?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            id: string;
            /** @enum {string} */
            kind: 'connector' | 'subscription' | 'notification' | 'delivery' | 'job' | 'refusal';
            words: string;
            steps: ({
              at: string | null;
              words: string;
              log?: string;
              position?: number;
            } & {
              [key: string]: unknown;
            })[];
            data: unknown;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getLogByLogEvents: {
    parameters: {
      query?: {
        after?: number;
        limit?: number;
        stream?: string;
        type?: string;
      };
      header?: never;
      path: {
        log: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['LogEvent'][];
            nextAfter: number | null;
            head: number;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getLogByLogHead: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        log: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            log: string;
            position: number;
            epoch: number;
            rootHash: string;
            at: string | null;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getLogByLogCheckpoint: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        log: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain': unknown;
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getLogByLogProof: {
    parameters: {
      query: {
        position: number;
        entry?: boolean;
      };
      header?: never;
      path: {
        log: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain': unknown;
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getLogByLogConsistency: {
    parameters: {
      query: {
        from: number;
        to?: number;
      };
      header?: never;
      path: {
        log: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            log: string;
            from: number;
            to: number;
            fromRootHash: string;
            toRootHash: string;
            hashes: string[];
            checkpoint: string;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getLogByLogExport: {
    parameters: {
      query?: {
        from?: number;
        to?: number;
        since?: string;
        until?: string;
        connectorId?: string;
        notificationId?: string;
        previous?: number;
        payloads?: 'all' | 'none';
      };
      header?: never;
      path: {
        log: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/x-tar': unknown;
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postLogByLogVerify: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path: {
        log: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @default 1 */
          from?: number;
          to?: number;
        };
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            log: string;
            verified: boolean;
            from: number;
            to: number;
            nextFrom: number | null;
            events: number;
            firstBad:
              | ({
                  position: number | null;
                  reason: string;
                } & {
                  [key: string]: unknown;
                })
              | null;
            checkpoint: string;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getDeliveriesByIdReplay: {
    parameters: {
      query?: {
        attempt?: number;
      };
      header?: never;
      path: {
        /** @description Id of a delivery */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            deliveryId: string;
            attempt: number;
            connectorVersion: number;
            renderer: string;
            recorded: {
              method: string;
              url: string;
              bodySha256: string;
              bodyBytes: number;
            } & {
              [key: string]: unknown;
            };
            replayed: {
              method: string;
              url: string;
              body: string;
              bodySha256: string;
              bodyBytes: number;
            } & {
              [key: string]: unknown;
            };
            /** @description The bytes that come out of the log today are those that were sent */
            same: boolean;
            notes: string[];
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postShredding: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Id of a notification */
          notificationId?: string;
          /**
           * Format: date-time
           * @description Every notification that was recorded up to then
           */
          before?: string;
          reason: string;
          /** @description `nextCursor` of the answer before */
          cursor?: string;
        };
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            shredded: number;
            held: string[];
            more: boolean;
            nextCursor: string | null;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  postLegalHolds: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request gets the same answer for 24 hours; with another request it is refused. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Id of a notification */
          notificationId?: string;
          /** @description false releases */
          held: boolean;
          reason: string;
        };
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            notificationId: string | null;
            held: boolean;
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getLive: {
    parameters: {
      query?: {
        /** @description An id of this feed, as in Last-Event-ID, for browsers, which cannot send that header when they begin anew */
        after?: string;
      };
      header?: {
        /** @description Resumes after this place, such as subscriptions-0:30,delivery-0:812. */
        'Last-Event-ID'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/event-stream': unknown;
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getDoctor: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: ({
              id: string;
              title: string;
              /** @enum {string} */
              state: 'holds' | 'wrong' | 'unknown';
              /** @description What was found */
              says: string;
              /** @description What to do; null where nothing needs to be done */
              fix: string | null;
            } & {
              [key: string]: unknown;
            })[];
          } & {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getOpenapiJson: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': unknown;
        };
      };
    };
  };
  getAsyncapiJson: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': unknown;
        };
      };
    };
  };
  getDocs: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/html': unknown;
        };
      };
    };
  };
  getConsole: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/html': unknown;
        };
      };
    };
  };
}
