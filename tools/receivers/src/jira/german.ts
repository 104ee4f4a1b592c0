/** What a German site says instead (alertmanager#4513); whatever is not listed stays as it is. */
const german: readonly (readonly [english: string, german: string])[] = [
  ['You must specify a summary of the issue.', 'Sie müssen eine Zusammenfassung des Vorgangs angeben.'],
  ["Summary can't exceed 255 characters.", 'Die Zusammenfassung darf nicht länger als 255 Zeichen sein.'],
  [
    'The summary is invalid because it contains newline characters.',
    'Die Zusammenfassung ist ungültig, weil sie Zeilenumbrüche enthält.',
  ],
  ['Specify a valid issue type', 'Geben Sie einen gültigen Vorgangstyp an'],
  ['Specify a valid project ID or key', 'Geben Sie eine gültige Projekt-ID oder einen gültigen Schlüssel an'],
  ['The priority selected is invalid.', 'Die ausgewählte Priorität ist ungültig.'],
];

export function germanOf(text: string): string {
  return german.find(([english]) => english === text)?.[1] ?? text;
}
