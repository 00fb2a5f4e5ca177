/**
 * Why a message has not arrived, from the server's code to one of a few reasons that a person can act on. A code that is
 * not known yet has no words rather than wrong ones.
 */
export type DeliveryReason =
  | 'refused'
  | 'gone'
  | 'tooLong'
  | 'files'
  | 'notConfigured'
  | 'address'
  | 'unreachable'
  | 'noAnswer'
  | 'error'
  | 'busy'
  | 'desk'

const REASONS: Readonly<Record<string, DeliveryReason>> = {
  receiver_refused: 'refused',
  receiver_gone: 'gone',
  text_too_long: 'tooLong',
  too_many_attachments: 'files',
  attachment_too_large: 'files',
  attachment_type_refused: 'files',
  not_configured: 'notConfigured',
  address_refused: 'address',
  receiver_redirected: 'address',
  bad_url: 'address',
  not_https: 'address',
  private_address: 'address',
  dns_failed: 'unreachable',
  connect_failed: 'unreachable',
  tls_failed: 'unreachable',
  timed_out_before_send: 'unreachable',
  timed_out_after_send: 'noAnswer',
  connection_lost: 'noAnswer',
  response_too_large: 'error',
  bad_response: 'error',
  receiver_error: 'error',
  throttled: 'busy',
  request_too_large: 'desk',
  desk_error: 'desk',
  interrupted: 'desk',
}

export function deliveryReason(code: string | null | undefined): DeliveryReason | null {
  return (code && REASONS[code]) || null
}
