(() => {
  const root = document.documentElement, body = document.body;
  const store = { get: k => { try { return localStorage.getItem(k) } catch { return null } }, set: (k, v) => { try { localStorage.setItem(k, v) } catch { /* file:// may have none */ } } };

  const theme = document.querySelector("nav .theme");
  const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const say = () => { theme.textContent = dark() ? "Light" : "Dark" };
  if (store.get("scenewright-theme")) root.dataset.theme = store.get("scenewright-theme");
  theme.hidden = false; say();
  theme.onclick = () => { root.dataset.theme = dark() ? "light" : "dark"; store.set("scenewright-theme", root.dataset.theme); say() };

  for (const box of document.querySelectorAll(".switches input")) {
    const show = () => body.classList.toggle(box.value, box.checked);
    box.onchange = show; show();
  }

  let picked = null;
  const rule = document.head.appendChild(document.createElement("style"));
  for (const chip of document.querySelectorAll(".chip[data-c]")) chip.onclick = () => {
    picked = picked === chip.dataset.c ? null : chip.dataset.c;
    body.classList.toggle("picked", picked !== null);
    rule.textContent = picked === null ? "" : `.picked .layer .c${picked}{opacity:1!important}`;
    for (const other of document.querySelectorAll(".chip[data-c]")) other.setAttribute("aria-pressed", String(other.dataset.c === picked));
  };

  const dialog = document.querySelector("dialog"), frames = [...document.querySelectorAll(".sample .frame")];
  let at = 0;
  const open = place => {
    at = (place + frames.length) % frames.length;
    const copy = frames[at].cloneNode(true), picture = copy.querySelector(".picture");
    copy.onclick = () => dialog.close();
    copy.removeAttribute("aria-label");
    copy.style.setProperty("--ratio", picture.getAttribute("width") / picture.getAttribute("height"));
    dialog.querySelector(".stage").replaceChildren(copy);
    dialog.querySelector("span").textContent = frames[at].parentElement.querySelector("figcaption").innerText.replace(/\n/g, " · ");
    if (!dialog.open) dialog.showModal();
  };
  frames.forEach((frame, place) => { frame.onclick = () => open(place) });
  if (dialog) {
    dialog.querySelector(".back").onclick = () => open(at - 1);
    dialog.querySelector(".next").onclick = () => open(at + 1);
    dialog.onkeydown = event => { if (event.key === "ArrowLeft") open(at - 1); if (event.key === "ArrowRight") open(at + 1) };
    dialog.onclick = event => { if (event.target === dialog) dialog.close() };
  }

  const links = new Map([...document.querySelectorAll("nav a")].map(link => [link.hash.slice(1), link]));
  const watch = new IntersectionObserver(entries => {
    for (const entry of entries) if (entry.isIntersecting) {
      for (const link of links.values()) link.removeAttribute("aria-current");
      links.get(entry.target.id)?.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-10% 0px -80% 0px" });
  for (const id of links.keys()) watch.observe(document.getElementById(id));
})();
