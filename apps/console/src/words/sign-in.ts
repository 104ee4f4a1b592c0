export const signInWords = {
  title: 'Sign in to Waybill',
  lead: 'With an API key of your tenant. The key is sent once and kept nowhere in this browser.',
  key: 'API key',
  keyHelp: 'Begins with wb_. “npm start” prints one; an administrator makes others under API keys.',
  act: 'Sign in',
  wrong: 'This is no API key: it begins with wb_ and has 73 characters.',
};
