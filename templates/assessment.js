(() => {
  const bar = document.getElementById('filter');
  const all = selector => Array.from(document.querySelectorAll(selector));
  const controls = all('.verdicts tbody tr, details.control');
  const namespaces = all('.matrix tbody tr');
  const checks = all('details.check');
  const findings = new Map(checks.map(check => [check, Array.from(check.querySelectorAll('.findings tbody tr'))]));
  const changes = all('.changes tbody tr');
  const total = Array.from(findings.values()).reduce((sum, rows) => sum + rows.length, 0);
  const texts = new WeakMap();
  const text = element => {
    if (!texts.has(element)) texts.set(element, element.textContent.toLowerCase());
    return texts.get(element);
  };
  const names = document.getElementById('namespaces');
  for (const row of namespaces) names.append(new Option(row.cells[0].textContent));

  const apply = () => {
    const status = bar.elements.status.value;
    const namespace = bar.elements.namespace.value.trim().toLowerCase();
    const words = bar.elements.words.value.trim().toLowerCase();
    const has = (element, wanted) => !wanted || text(element).includes(wanted);
    const isOfNamespace = (row, cell) => !namespace || text(row.cells[cell]) === namespace || text(row.cells[cell]).startsWith(namespace);
    let shownControls = 0, shownFindings = 0;
    for (const item of controls) {
      item.hidden = !((!status || item.dataset.status.includes(status)) && has(item, words));
      if (!item.hidden && item.tagName === 'TR') shownControls += 1;
    }
    for (const row of namespaces) {
      row.hidden = !(isOfNamespace(row, 0) && (!status || row.querySelector('.' + status) || status === 'p'));
    }
    for (const [check, rows] of findings) {
      const isNamed = has(check.querySelector('summary'), words);
      const isMeant = !status || check.dataset.status === status;
      let shown = 0;
      for (const row of rows) {
        row.hidden = !(isOfNamespace(row, 1) && (!status || ('fwp'.includes(status) ? row.cells[0].className === status : isMeant)) && (isNamed || has(row, words)));
        if (!row.hidden) shown += 1;
      }
      for (const part of check.querySelectorAll('.part')) part.hidden = !part.querySelector('tbody tr:not([hidden])');
      check.hidden = !(shown > 0 || rows.length === 0 && isMeant && isNamed && !namespace);
      if (shown > 0 && (namespace || words)) check.open = true;
      shownFindings += shown;
    }
    for (const row of changes) row.hidden = !((!namespace || text(row).includes(namespace)) && has(row, words));
    const all = document.querySelectorAll('.verdicts tbody tr').length;
    bar.querySelector('output').value = shownControls + ' of ' + all + ' controls and ' + shownFindings + ' of ' + total + ' findings shown';
  };
  bar.hidden = false;
  bar.addEventListener('input', apply);
  bar.addEventListener('reset', () => setTimeout(apply));
  bar.addEventListener('submit', event => event.preventDefault());
  apply();

  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    for (let place = target; place; place = place.parentElement) {
      if (place.tagName === 'DETAILS') place.open = true;
      place.hidden = false;
    }
    if (target) target.scrollIntoView();
  };
  addEventListener('hashchange', reveal);
  reveal();

  let opened = [];
  addEventListener('beforeprint', () => {
    opened = all('details:not([open])');
    for (const item of opened) item.open = true;
  });
  addEventListener('afterprint', () => {
    for (const item of opened) item.open = false;
  });
})();
