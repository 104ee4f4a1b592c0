/** What the gateway's rooms are given by the module besides classes. */
export const configToken = Symbol('config');
export const databaseToken = Symbol('database');
export const logToken = Symbol('log');
