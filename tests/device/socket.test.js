import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { Socket } from "../../static/device/socket.js";

/** The server's half. */
class FakeSocket {
  static OPEN = 1;
  readyState = 0;
  /** @type {any[]} */ said = [];
  /** @type {() => void} */ onopen = () => {};

  /** @param {string} text */
  send(text) {
    this.said.push(JSON.parse(text));
  }

  close() {
    this.readyState = 3;
  }
}

/** @type {Socket[]} */
const sockets = [];
afterEach(() => sockets.splice(0).forEach((socket) => socket.close()));

test("a ping tells how long words wait here, and nothing else of them", () => {
  Object.assign(globalThis, { WebSocket: FakeSocket });
  /** @type {number | undefined} */
  let oldest;
  const hello = { identity: "alice", rows_version: "v1", cursors: {} };
  const socket = new Socket("ws://here", hello, {
    frame: () => {},
    oldest: () => oldest,
    silent: () => {},
    closed: () => {},
  });
  sockets.push(socket);
  const theirs = /** @type {FakeSocket} */ (/** @type {unknown} */ (socket.socket));
  socket.ping();
  assert.deepEqual(theirs.said, [], "not before it is open");
  theirs.readyState = FakeSocket.OPEN;
  theirs.onopen();
  socket.ping();
  oldest = 90;
  socket.ping();
  assert.deepEqual(theirs.said, [{ t: "hello", ...hello }, { t: "ping" }, { t: "ping", oldest: 90 }]);
});
