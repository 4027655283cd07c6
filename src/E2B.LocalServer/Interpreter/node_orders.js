'use strict'
// Reads what the service says, in a thread of its own, for the one that runs the code may be busy for ever: code goes
// on to it, and an interrupt strikes it wherever it is.

const net = require('node:net')
const readline = require('node:readline')
const { setTimeout: pause } = require('node:timers/promises')
const { parentPort, workerData } = require('node:worker_threads')
const { STATE, ENDED, ASKED, STRIKES, IDLE, RUNNING, STRIKING, STRUCK, shared } = workerData

const MILLISECONDS_BETWEEN_LOOKS = 1
const MILLISECONDS_TO_ANSWER = 20
const MOST_LOOKS = 100

let orders = 0
let strikes = 0
let interrupting = false

const change = (from, to) => Atomics.compareExchange(shared, STATE, from, to) === from
const hasEnded = (order) => Atomics.load(shared, ENDED) >= order

/** Interrupts an order, until it has ended. */
async function interrupt(order) {
  if (interrupting) return
  interrupting = true
  let message = { interrupted: order }
  for (let patience = MILLISECONDS_TO_ANSWER; !hasEnded(order); patience *= 2) {
    parentPort.postMessage(message)
    for (const end = performance.now() + patience; !hasEnded(order) && performance.now() < end; ) await pause(MILLISECONDS_BETWEEN_LOOKS)

    // What has not begun is kept from it by what the code before has left behind.
    if (!hasEnded(order) && (change(RUNNING, STRIKING) || change(STRUCK, STRIKING) || change(IDLE, STRIKING))) {
      await strike()
      Atomics.store(shared, STATE, STRUCK)
      message = { struck: true }
    }
  }
  interrupting = false
}

/** Ends what the other thread does at the moment. */
async function strike() {
  // Connected only for this: a process with a debugger at it takes its time to end.
  const session = new (require('node:inspector').Session)()
  session.connectToMainThread()
  for (let looks = 1, ready = false; !ready; looks++) {
    const number = ++strikes
    session.post('Runtime.evaluate', { expression: `globalThis[Symbol.for('e2b.strike')](${number}, ${looks < MOST_LOOKS})` })
    while (Math.abs(Atomics.load(shared, ASKED)) < number) await pause(MILLISECONDS_BETWEEN_LOOKS)
    ready = Atomics.load(shared, ASKED) === number
  }
  const struck = new Promise((resolve) => session.post('Runtime.terminateExecution', resolve))
  // The other thread goes on only now that both are there, and so does both at once.
  Atomics.store(shared, STRIKES, strikes)
  // Where it only waits there is nothing to strike. Here is something.
  parentPort.postMessage({})
  await struck
  session.disconnect()
}

readline.createInterface({ input: new net.Socket({ fd: 0, readable: true, writable: false }), crlfDelay: Infinity })
  .on('line', (line) => {
    const message = JSON.parse(line)
    if (message.interrupt) {
      interrupt(orders)
    } else {
      orders++
      parentPort.postMessage({ order: message })
    }
  })
  .on('close', () => parentPort.postMessage({ end: true }))
