export const logsToken = Symbol('logs');
export const vkeysToken = Symbol('vkeys');
