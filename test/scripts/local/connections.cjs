// Preloaded into a program: writes down every address that it connects to, and lets none through but this machine's.
const { appendFileSync } = require('node:fs');
const net = require('node:net');
const process = require('node:process');

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  const [options] = net._normalizeArgs(Array.isArray(args[0]) ? args[0] : args);
  // A socket of this machine has a path; an HTTP agent writes null there.
  if (options.path) return connect.apply(this, args);
  appendFileSync(process.env.CONNECTIONS, `${options.host}:${options.port}\n`);
  if (options.host !== '127.0.0.1') return connect.call(this, 9, '127.0.0.1');
  return connect.apply(this, args);
};
