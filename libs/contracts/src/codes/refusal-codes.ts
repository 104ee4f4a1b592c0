/**
 * Why a notification was refused, with the meaning of each. They stand in `NotificationRefused`, in the message on the subject
 * `refused`, and in the problem that answers a request. A refused notification does not consume its id: mended, it may come again.
 */
export const refusalCodes = {
  tenant_unknown: 'There is no such tenant.',
  type_invalid: 'The type of the notification is not words of a-z, 0-9, _ and - with dots between them.',
  validation_failed:
    'A member beside the payload (id, source, time, type) is not what it should be; the pointer names it.',
  unknown_field: 'The request has a member that is none of type, id, source, time and payload.',
  payload_too_large: 'The payload is longer than 256 KiB.',
  payload_not_valid: "The payload does not fit its type's schema, and the tenant has made the type strict.",
  notification_conflict: 'The same (tenant, source, id) was published before with another payload.',
  fan_out_limit: 'The notification would lead to more than 1,000 deliveries.',
  routing_too_large:
    'The payload, and what many subscriptions make of it (suppression and correlation keys), do not fit into one record of 512 KiB.',
  looped: 'The request came out of a delivery of Waybill: it would go round in a circle.',
  internal: 'A defect of Waybill; its log has the details under the id of the refusal. Publish again after an update.',
  json_invalid: 'The text is not JSON; the refusal says at which line and column.',
  json_not_an_object: 'The payload is not a JSON object.',
  json_not_utf8: 'The bytes are not UTF-8.',
  json_byte_order_mark: 'The text begins with a byte order mark.',
  json_too_large: 'The text is longer than it may be.',
  json_too_deep: 'Containers lie more than 32 deep in each other.',
  json_duplicate_key: 'A key stands twice in one object: readers would disagree on its value.',
  json_key_forbidden:
    'A key is `__proto__`, or `prototype` below `constructor`: a trap for careless readers in JavaScript.',
  json_lone_surrogate: 'Half of a surrogate pair stands alone: it has no form in UTF-8.',
  json_number_not_finite: 'A number is too large for a double.',
  json_number_too_long: 'A number has more than 40 digits.',
} as const satisfies Record<string, string>;
