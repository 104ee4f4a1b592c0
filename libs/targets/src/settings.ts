import type { Access } from './target.js';

type Config = Readonly<Record<string, unknown>>;

/** A setting that the form demands. Its absence means that the config was never checked, which is a defect. */
export function required(config: Config, key: string): string {
  const value = config[key];
  if (typeof value !== 'string' || value === '') throw new Error(`config.${key} is not set though the form demands it`);
  return value;
}

/** An optional text; null where it is absent or empty. */
export function optional(config: Config, key: string): string | null {
  const value = config[key];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** An optional object; empty where it is absent. */
export function section(config: Config, key: string): Config {
  const value = config[key];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Config) : {};
}

export function texts(config: Config, key: string): readonly string[] {
  const value = config[key];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** The base URL without the slashes at its end, so that a path can be put behind it. */
export function baseUrl(config: Config): string {
  return required(config, 'baseUrl').replace(/\/{1,16}$/, '');
}

export function hasSecret(access: Access, name: string): boolean {
  return access.secretNames.includes(name);
}
