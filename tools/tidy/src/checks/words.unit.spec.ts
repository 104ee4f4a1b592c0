import { treeOf } from '../source-tree.js';
import { words } from './words.js';

describe('the check of words', () => {
  it.each([
    ['fails a manager', 'a.ts', 'class ConnectorManager {}', 1],
    ['fails a helper that is a function', 'a.ts', 'function retryHelper() {}', 1],
    ["allows a variable for somebody else's manager", 'a.ts', 'const manager = await jetstreamManager(nats);', 0],
    ['fails a producer that is a constant', 'a.ts', 'const natsProducer = 1;', 1],
    ['fails a retry count', 'a.ts', 'let retryCount = 0;', 1],
    ['fails a type that ends in Data', 'a.ts', 'interface DeliveryData {}', 1],
    ['allows a variable that ends in data', 'a.ts', 'const clearData = 1;', 0],
    ['allows attempts', 'a.ts', 'let attempt = 0;', 0],
    ['allows words that only begin alike', 'a.ts', 'function utilisation() {}', 0],
    ["allows other people's words in strings", 'a.ts', "const code = 'integration_disabled';", 0],
    ['fails a file of utilities', 'string-utils.ts', '', 1],
    ['fails a file in camel case', 'stringTools.ts', '', 1],
    ['allows a role suffix', 'attempts-due.timer.ts', '', 0],
  ])('%s', (_, name, text, findings) => {
    expect(words(treeOf([{ path: `libs/x/src/${name}`, text }]))).toHaveLength(findings);
  });
});
