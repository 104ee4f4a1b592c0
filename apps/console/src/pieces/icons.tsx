/** Line drawings of 24 by 24; they say nothing that the words beside them do not say. */
const paths = {
  home: 'M4 11l8-7 8 7v9h-5v-6h-6v6H4z',
  connectors: 'M7 7l-3 3a4 4 0 0 0 6 6l2-2M17 17l3-3a4 4 0 0 0-6-6l-2 2M9 15l6-6',
  subscriptions: 'M4 5h16l-6 8v6l-4-2v-4z',
  deliveries: 'M3 6h11v10H3zM14 9h4l3 4v3h-7M7 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM17 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  deadLetters: 'M3 6h18v12H3zM3 7l9 6 9-6M9 15l6 3M15 15l-6 3',
  notifications: 'M6 17V11a6 6 0 0 1 12 0v6l2 2H4zM10 21h4',
  audit: 'M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6zM9 12l2 2 4-4',
  keys: 'M8 15a4 4 0 1 1 3.9-5H21v3h-2v3h-3v-3h-4.100A4 4 0 0 1 8 15z',
  doctor: 'M3 12h4l2-6 4 12 2-6h6',
  api: 'M8 7l-5 5 5 5M16 7l5 5-5 5M14 4l-4 16',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2',
  moon: 'M20 14A8 8 0 0 1 10 4a8 8 0 1 0 10 10z',
  signOut: 'M10 4H5v16h5M15 8l4 4-4 4M19 12H9',
  keyboard: 'M3 7h18v10H3zM7 14h10M7 10.500h.01M11 10.500h.01M15 10.500h.01',
  check: 'M5 12l5 5 9-10',
  cross: 'M6 6l12 12M18 6L6 18',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2',
  repeat: 'M4 12a8 8 0 0 1 14-5l2 2M20 4v5h-5M20 12a8 8 0 0 1-14 5l-2-2M4 20v-5h5',
  warning: 'M12 4l9 16H3zM12 10v4M12 17h.01',
  pause: 'M9 5v14M15 5v14',
  send: 'M4 12l16-8-6 16-3-6z',
  mute: 'M4 9v6h4l5 4V5L8 9zM16 9l5 6M21 9l-5 6',
  question: 'M9 9a3 3 0 1 1 4 3c-1 .5-1 1-1 2M12 17h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z',
  plus: 'M12 5v14M5 12h14',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  external: 'M14 4h6v6M20 4l-9 9M18 14v6H4V6h6',
  ticket: 'M4 7h16v3a2 2 0 0 0 0 4v3H4v-3a2 2 0 0 0 0-4zM14 7v10',
  message: 'M4 5h16v11H9l-5 4z',
  webhook: 'M12 3v6M8 14l-4 6M16 14l4 6M12 14a3 3 0 1 0 0-5 3 3 0 0 0 0 5z',
} as const;
export type IconName = keyof typeof paths;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={2}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      style={{ flex: 'none' }}
    >
      <path d={paths[name]} />
    </svg>
  );
}
