export const logsToken = Symbol('logs');
export const vkeyToken = Symbol('vkey');
