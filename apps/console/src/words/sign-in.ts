export const signInWords = {
  title: 'Sign in to Waybill',
  lead: 'With an API key of your tenant. The key is sent once and kept nowhere in this browser.',
  key: 'API key',
  keyHelp: 'Begins with wb_. “npm start” prints one; an administrator makes others under API keys.',
  ended: 'Your session has ended',
  endedLead: 'Sign in again to go on. What you have entered on this page is kept.',
  act: 'Sign in',
  wrong: 'This is no API key: it begins with wb_ and has 73 characters.',
};
