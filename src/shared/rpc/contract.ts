import type { z } from 'zod';

/** One answer to one question. */
export interface CallDefinition<Input extends z.ZodType, Output extends z.ZodType> {
  readonly kind: 'call';
  readonly input: Input;
  readonly output: Output;
}

/** Ordered items with back-pressure, a cancel and a final value. */
export interface StreamDefinition<
  Input extends z.ZodType,
  Item extends z.ZodType,
  End extends z.ZodType,
> {
  readonly kind: 'stream';
  readonly input: Input;
  readonly item: Item;
  readonly end: End;
}

/** The latest value wins: conflated to `maxHz` and to what the receiver keeps up with. */
export interface SignalDefinition<Value extends z.ZodType> {
  readonly kind: 'signal';
  readonly value: Value;
  readonly maxHz: number;
}

export type Definition =
  | CallDefinition<z.ZodType, z.ZodType>
  | StreamDefinition<z.ZodType, z.ZodType, z.ZodType>
  | SignalDefinition<z.ZodType>;

/** A contract is a value: names to definitions. Clients, servers and allow-lists follow from it. */
export type Contract = Readonly<Record<string, Definition>>;

export function call<Input extends z.ZodType, Output extends z.ZodType>(
  input: Input,
  output: Output,
): CallDefinition<Input, Output> {
  return { kind: 'call', input, output };
}

export function stream<Input extends z.ZodType, Item extends z.ZodType, End extends z.ZodType>(
  input: Input,
  item: Item,
  end: End,
): StreamDefinition<Input, Item, End> {
  return { kind: 'stream', input, item, end };
}

export function signal<Value extends z.ZodType>(
  value: Value,
  options: { maxHz: number },
): SignalDefinition<Value> {
  return { kind: 'signal', value, maxHz: options.maxHz };
}

export type CallNames<C extends Contract> = {
  [K in keyof C]: C[K] extends { kind: 'call' } ? K : never;
}[keyof C] &
  string;
export type StreamNames<C extends Contract> = {
  [K in keyof C]: C[K] extends { kind: 'stream' } ? K : never;
}[keyof C] &
  string;
export type SignalNames<C extends Contract> = {
  [K in keyof C]: C[K] extends { kind: 'signal' } ? K : never;
}[keyof C] &
  string;

/** What the caller passes (defaults not yet applied) and what the handler receives (applied). */
export type InputOf<D> = D extends { input: infer I extends z.ZodType } ? z.input<I> : never;
export type ParsedInputOf<D> = D extends { input: infer I extends z.ZodType } ? z.output<I> : never;
export type OutputOf<D> = D extends { output: infer O extends z.ZodType } ? z.output<O> : never;
export type ItemOf<D> = D extends { item: infer I extends z.ZodType } ? z.output<I> : never;
export type EndOf<D> = D extends { end: infer E extends z.ZodType } ? z.output<E> : never;
export type ValueOf<D> = D extends { value: infer V extends z.ZodType } ? z.output<V> : never;
