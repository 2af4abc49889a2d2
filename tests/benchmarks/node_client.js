// node node_client.js URL REQUESTS CONNECTIONS BODY_FILE: what a plain client in node manages.
'use strict';
const fs = require('fs');
const http = require('http');

const [url, requestsText, connectionsText, bodyFile] = process.argv.slice(2);
const requests = Number(requestsText);
const connections = Number(connectionsText);
const body = fs.readFileSync(bodyFile);
const agent = new http.Agent({keepAlive: true, maxSockets: connections});
const options = {
  method: 'POST',
  agent,
  headers: {
    'Content-Type': 'application/json',
    'Accept': 'application/json',
    'Authorization': 'Bearer sk-0123456789abcdef0123456789abcdef',
    'Content-Length': body.length,
  },
};

function askOnce() {
  return new Promise((resolve, reject) => {
    const request = http.request(url, options, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode !== 200) return reject(new Error(`status ${response.statusCode}`));
        resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')));
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function ask(count) {
  let started = 0;
  const worker = async () => {
    while (started < count) {
      ++started;
      const answer = await askOnce();
      if (answer.choices.length !== 1) throw new Error('not the answer');
    }
  };
  await Promise.all(Array.from({length: connections}, worker));
}

(async () => {
  await ask(Math.ceil(requests / 10));  // Until it is compiled.
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  await ask(requests);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const {user, system} = process.cpuUsage(cpu);
  console.log(JSON.stringify(
      {requests_per_second: requests / seconds, cpu_seconds: (user + system) / 1e6}));
  agent.destroy();
})().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
