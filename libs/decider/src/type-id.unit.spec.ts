import fc from 'fast-check';
import { decodeTypeId, encodeTypeId, isTypeId } from './type-id.js';

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));

describe('a TypeID', () => {
  // The examples of the TypeID specification 0.3.0 (valid.yml).
  it.each([
    ['nil', '00000000000000000000000000000000', '00000000000000000000000000'],
    ['one', '00000000000000000000000000000001', '00000000000000000000000001'],
    ['ten', '0000000000000000000000000000000a', '0000000000000000000000000a'],
    ['sixteen', '00000000000000000000000000000010', '0000000000000000000000000g'],
    ['thirty-two', '00000000000000000000000000000020', '00000000000000000000000010'],
    ['the largest', 'ffffffffffffffffffffffffffffffff', '7zzzzzzzzzzzzzzzzzzzzzzzzz'],
    ['every digit', '0110c8531d0952d8d73e1194e95b5f19', '0123456789abcdefghjkmnpqrs'],
    ['a UUIDv7', '01890a5dac96774bbcceb302099a8057', '01h455vb4pex5vsknk084sn02q'],
  ])('writes %s as the specification does', (_name, hex, suffix) => {
    expect(encodeTypeId('dlv', bytesOf(hex))).toBe(`dlv_${suffix}`);
  });

  it('is read back into its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        expect(decodeTypeId('ntf', encodeTypeId('ntf', bytes))).toEqual(bytes);
      }),
    );
  });

  it.each([
    ['another prefix', 'con_01h455vb4pex5vsknk084sn02q'],
    ['a digit past 128 bits', 'ntf_81h455vb4pex5vsknk084sn02q'],
    ['a letter that is no digit', 'ntf_01h455vb4pex5vsknk084sn02l'],
    ['one digit too few', 'ntf_01h455vb4pex5vsknk084sn02'],
    ['capitals', 'ntf_01H455VB4PEX5VSKNK084SN02Q'],
  ])('is none with %s', (_sentence, text) => {
    expect(isTypeId('ntf', text)).toBe(false);
    expect(decodeTypeId('ntf', text)).toBeNull();
  });

  it('holds sixteen bytes and nothing else', () => {
    expect(() => encodeTypeId('key', new Uint8Array(15))).toThrow('16 bytes');
  });
});
