// Keeps the page up to date and sends what people decide. Everything else is rendered by the gateway.

const live = () => document.getElementById('live');

/** Puts the page's newest state in place; what is unfolded or half filled in stays as it is. */
async function refresh() {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } }).catch(() => undefined);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('live');
  const old = live();
  if (!fresh || !old) return;
  for (const kept of old.querySelectorAll('[data-keep]')) {
    const place = [...fresh.querySelectorAll('[data-keep]')].find((one) => one.dataset.keep === kept.dataset.keep);
    if (!place) continue;
    if (kept.tagName === 'FORM') place.replaceWith(kept);
    else place.open = kept.open;
  }
  // Moving the element that has the focus takes it away.
  const focused = document.activeElement;
  old.replaceWith(fresh);
  if (focused && fresh.contains(focused)) focused.focus();
  localTimes();
}

function localTimes() {
  for (const time of document.querySelectorAll('time')) {
    if (time.textContent !== time.dateTime) continue;
    time.title = time.dateTime;
    time.textContent = new Date(time.dateTime).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
  }
}

let due;
function refreshSoon() {
  due ??= setTimeout(() => {
    due = undefined;
    void refresh();
  }, 120);
}

function say(place, text, failed) {
  place.hidden = false;
  place.textContent = text;
  place.classList.toggle('failed', failed);
}

async function post(path, body, place) {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => undefined);
  if (!answer) return say(place, 'The gateway cannot be reached.', true);
  if (answer.ok) {
    say(place, 'Sent.', false);
    return refreshSoon();
  }
  const problem = await answer.json().catch(() => ({}));
  const errors = (problem.errors ?? []).map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ');
  say(place, [problem.title, problem.detail, errors].filter(Boolean).join('. '), true);
}

const READ = {
  boolean: (text) => text === 'true',
  number: Number,
  json: (text) => JSON.parse(text),
  text: (text) => text,
};

/** The answer that a form holds; an empty field is not part of it. */
function answerOf(form, pressed) {
  const answer = {};
  for (const field of form.querySelectorAll('[data-field]')) {
    if (field.value === '' || (field.tagName === 'BUTTON' && field !== pressed)) continue;
    if (field.type === 'radio' && !field.checked) continue;
    const value = READ[field.dataset.type](field.value);
    if (field.dataset.field === '') return value;
    answer[field.dataset.field] = value;
  }
  return answer;
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!form.dataset.action) return;
  event.preventDefault();
  const place = form.querySelector('.said');
  const body = {};
  for (const act of form.querySelectorAll('[data-act]')) if (act.value) body[act.dataset.act] = act.value;
  try {
    body[form.dataset.under] = answerOf(form, event.submitter);
  } catch {
    return say(place, 'A field is not JSON.', true);
  }
  void post(form.dataset.action, body, place);
});

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('[data-post]');
  if (!button || (button.dataset.ask && !confirm(button.dataset.ask))) return;
  const by = button.dataset.name && prompt(button.dataset.name)?.trim();
  if (button.dataset.name && !by) return;
  button.disabled = true;
  void post(
    button.dataset.post,
    { ...JSON.parse(button.dataset.body ?? '{}'), ...(by && { by }) },
    live().querySelector(':scope > .said') ?? document.querySelector('.said'),
  ).then(() => {
    button.disabled = false;
  });
});

localTimes();
const { run, over, refresh: list } = live()?.dataset ?? {};
if (run && over !== 'true') {
  const events = new EventSource(`/v1/runs/${run}/events`);
  for (const type of [
    'run.accepted',
    'step.requested',
    'step.completed',
    'step.failed',
    'step.prolonged',
    'step.retrying',
    'step.skipped',
    'step.waiting',
    'step.claimed',
    'step.unclaimed',
    'step.escalated',
    'step.answered',
    'step.signal-kept',
    'step.answer-refused',
    'step.defaulted',
    'step.dead-lettered',
    'step.redriven',
    'run.paused',
    'run.resumed',
    'run.compensating',
    'run.completed',
    'run.failed',
    'run.cancelled',
  ]) {
    events.addEventListener(type, refreshSoon);
  }
} else if (list) {
  setInterval(() => document.hidden || void refresh(), 3_000);
}
