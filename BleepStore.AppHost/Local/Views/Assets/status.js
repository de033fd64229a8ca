'use strict';

const token = document.querySelector('meta[name=token]').content;
const body = document.getElementById('resources');
const logs = document.getElementById('logs');
const filter = document.getElementById('filter');
const connection = document.getElementById('connection');
const newest = 2000;
let lines = [];
let after = 0;
let shown = '';

function element(tag, text, properties = {}) {
  return Object.assign(document.createElement(tag), { textContent: text ?? '' }, properties);
}

function row(resource) {
  const tr = document.createElement('tr');
  const state = element('td', resource.exitCode === null ? resource.state : `${resource.state} (${resource.exitCode})`, { className: resource.state });
  if (resource.reason) state.append(element('div', resource.reason));
  const links = document.createElement('td');
  for (const link of resource.links) links.append(element('a', `${link.text} ${link.url}`, { href: link.url, target: '_blank', rel: 'noreferrer' }));
  const restart = element('button', 'Restart', { type: 'button' });
  restart.addEventListener('click', () => fetch(`/restart?resource=${encodeURIComponent(resource.name)}`, { method: 'POST', headers: { 'X-BleepStore-Token': token } }));
  restart.dataset.resource = resource.name;
  const action = document.createElement('td');
  action.append(restart);
  const alive = resource.processId !== null;
  tr.append(element('td', resource.name), state, links, element('td', resource.processId), element('td', alive ? `${resource.cpuPercent} %` : ''),
    element('td', alive ? `${(resource.memoryBytes / 1048576).toFixed(1)} MiB` : ''), element('td', resource.starts), action);
  return tr;
}

function drawLogs() {
  const wanted = filter.value.toLowerCase();
  const atEnd = logs.scrollTop + logs.clientHeight >= logs.scrollHeight - 4;
  logs.replaceChildren(...lines
    .filter(line => !wanted || line.text.toLowerCase().includes(wanted))
    .map(line => element('div', `${line.resource} | ${line.text}`, { className: line.isError ? 'error' : '' })));
  if (atEnd) logs.scrollTop = logs.scrollHeight;
}

async function refresh() {
  try {
    const state = await (await fetch(`/state?after=${after}`)).json();
    const facts = JSON.stringify(state.resources);
    if (facts !== shown) {
      const focused = document.activeElement?.dataset?.resource;
      body.replaceChildren(...state.resources.map(row));
      body.querySelector(`button[data-resource="${CSS.escape(focused ?? '')}"]`)?.focus();
      shown = facts;
    }
    if (state.lines.length) {
      lines = lines.concat(state.lines).slice(-newest);
      drawLogs();
    }
    after = state.next;
    connection.textContent = 'connected';
  } catch {
    connection.textContent = 'the host has stopped';
  }
  setTimeout(refresh, 1000);
}

filter.addEventListener('input', drawLogs);
refresh();
