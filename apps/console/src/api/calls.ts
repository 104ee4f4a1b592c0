import type { paths } from './openapi.generated';

type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';
type OperationAt<P extends keyof paths, M extends Method> = Exclude<paths[P][M], undefined>;
type NameAt<P extends keyof paths> = {
  [M in Method]: [OperationAt<P, M>] extends [never] ? never : `${Uppercase<M>} ${P}`;
}[Method];

/** Every operation of the API, named by its method and path: `GET /v1/deliveries/{id}`. */
export type CallName = { [P in keyof paths]: NameAt<P> }[keyof paths];

type Operation<K extends CallName> = K extends `${infer M} ${infer P extends keyof paths}`
  ? Lowercase<M> extends infer L extends Method
    ? OperationAt<P, L>
    : never
  : never;

type Place<K extends CallName, Name extends 'path' | 'query'> =
  Operation<K> extends { parameters: Record<Name, infer Given> } ? Given : undefined;

/** Of the parameters in the address; undefined where the path has none. */
export type ParamsOf<K extends CallName> = Place<K, 'path'>;

/** Absent members may stand as undefined, null or an empty text, as filters in an address do. */
export type QueryOf<K extends CallName> =
  Operation<K> extends { parameters: { query?: infer Query } }
    ? { [N in keyof NonNullable<Query>]?: NonNullable<Query>[N] | null }
    : undefined;

export type BodyOf<K extends CallName> =
  Operation<K> extends { requestBody: { content: { 'application/json': infer Body } } } ? Body : undefined;

type Json<Response> = Response extends { content: { 'application/json': infer Answer } } ? Answer : undefined;

/** What a success says; undefined where there is nothing to say (204). */
export type AnswerOf<K extends CallName> =
  Operation<K> extends { responses: infer Responses }
    ? Json<Responses[keyof Responses & (200 | 201 | 202 | 204)]>
    : never;
