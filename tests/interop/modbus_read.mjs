// Reads blocks with modbus-serial and prints what came: modbus_read.mjs HOST PORT [[function, first, count], ...] TIMES
// @ts-check
import ModbusRTU from "modbus-serial";

const [host, port, blocks, times] = process.argv.slice(2);
const client = new ModbusRTU();
client.setTimeout(5000);
await client.connectTCP(host, { port: Number(port) });
client.setID(1);
const calls = {
  1: client.readCoils,
  2: client.readDiscreteInputs,
  3: client.readHoldingRegisters,
  4: client.readInputRegisters,
};
const answers = [];
for (let time = 0; time < Number(times); time += 1) {
  for (const [table, first, count] of JSON.parse(blocks)) {
    const answer = await calls[table].call(client, first, count);
    answers.push(
      table <= 2
        ? { table, first, count, bits: answer.data.slice(0, count) }
        : { table, first, count, words: answer.data, floats: floats(answer.buffer) },
    );
  }
}
client.close(() => {});
console.log(JSON.stringify(answers));

/** Every two registers as a big-endian float, as the analyser's map writes them. */
function floats(/** @type {Buffer} */ buffer) {
  return Array.from({ length: Math.floor(buffer.length / 4) }, (_, place) => buffer.readFloatBE(4 * place));
}
