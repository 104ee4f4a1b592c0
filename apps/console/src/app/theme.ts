import { Anchor, createTheme, type CSSVariablesResolver } from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'cyan',
  primaryShade: 9,
  autoContrast: true,
  defaultRadius: 'sm',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // A link inside text is told by its line, not by its colour alone.
    Anchor: Anchor.extend({ defaultProps: { underline: 'always' } }),
    // A `header` outside of what sections a page is a banner to a screen reader, and the page has one.
    ModalHeader: { defaultProps: { component: 'div' } },
  },
});

/** The stock greys of secondary text and the shades on light badges stand below 4.5:1, which WCAG AA wants. */
export const contrast: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5c636a',
    '--mantine-color-placeholder': '#6b7278',
    '--mantine-color-anchor': 'var(--mantine-color-cyan-9)',
    '--mantine-color-error': '#c92a2a',
    '--mantine-color-green-light-color': '#1a5c2a',
    '--mantine-color-yellow-light-color': '#664400',
    '--mantine-color-orange-light-color': '#7a3300',
    '--mantine-color-red-light-color': '#8f1d1d',
    '--mantine-color-gray-light-color': '#343a40',
    '--mantine-color-yellow-light': '#fff9db',
    '--mantine-color-cyan-light': '#e3fafc',
  },
  dark: {
    '--mantine-color-dimmed': '#a6a7ab',
    '--mantine-color-placeholder': '#909296',
    '--mantine-color-anchor': 'var(--mantine-color-cyan-4)',
    '--mantine-color-error': '#ff8787',
  },
});
