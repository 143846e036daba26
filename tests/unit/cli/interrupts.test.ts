import { EventEmitter } from 'node:events';
import { beforeEach, expect, test } from 'vitest';
import { catchInterrupts, type Interrupts } from '#cli/interrupts.ts';

let terminal: EventEmitter;
let clock: number;
let interrupts: Interrupts;

beforeEach(() => {
  terminal = new EventEmitter();
  clock = 0;
  interrupts = catchInterrupts(terminal, () => clock);
});

const wanted = () => ({ stop: interrupts.stop.aborted, quit: interrupts.quit.aborted });

test('one press that arrives twice, from the terminal and from a launcher, does not quit', () => {
  terminal.emit('SIGINT');
  clock += 20;
  terminal.emit('SIGINT');
  expect(wanted()).toEqual({ stop: true, quit: false });
});

test('a second press quits', () => {
  terminal.emit('SIGINT');
  clock += 600;
  terminal.emit('SIGINT');
  expect(wanted()).toEqual({ stop: true, quit: true });
});

test.each(['SIGTERM', 'SIGHUP'])('%s quits without being asked twice', signal => {
  terminal.emit(signal);
  expect(wanted()).toEqual({ stop: true, quit: true });
});

test('whoever presses a third time is not caught any more', () => {
  terminal.emit('SIGINT');
  clock += 600;
  terminal.emit('SIGINT');
  expect(terminal.eventNames()).toEqual([]);
});

test('nothing listens after the command has ended', () => {
  interrupts[Symbol.dispose]();
  expect(terminal.eventNames()).toEqual([]);
});
