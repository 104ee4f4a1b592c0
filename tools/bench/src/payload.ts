/** A notification of about so many bytes: a few fields that a template reads and a text that fills it up. */
export function notificationOfBytes(index: number, bytes: number): string {
  const fields = {
    id: `n-${index}`,
    summary: `Brute force attempt ${index}`,
    score: index % 100,
    threatRating: 'High',
    host: '10.1.2.3',
  };
  const head = JSON.stringify({ ...fields, text: '' });
  return JSON.stringify({ ...fields, text: 'x'.repeat(Math.max(0, bytes - head.length)) });
}
