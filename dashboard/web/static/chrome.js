// Streamlit has no translations of its own controls. This puts the few that stay on the page into Chinese, and keeps the
// language of the document in step with ?lang=. The texts are Streamlit 1.67's; a browser test looks for leftovers.
(() => {
  // Where the server is: without it a page other than the first probes two addresses below its own that do not exist.
  const base = new URL("../../", document.currentScript.src).href;
  window.__streamlit = { BACKEND_BASE_URL: base, MAIN_PAGE_BASE_URL: base };
  // An open page ends with its session: signed out elsewhere, expired, or disabled. Asking is no activity.
  const watch_session = async () => {
    try {
      const answer = await fetch(`${base}session`, { cache: "no-store", credentials: "same-origin" });
      if (answer.status === 200) return;
      if (answer.status === 401) {
        const here = encodeURIComponent(location.pathname + location.search);
        location.replace(`${base}sign-in?next=${here}${location.search.includes("lang=en") ? "&lang=en" : ""}`);
        return;
      }
    } catch { /* the server is away; Streamlit says so */ }
    setTimeout(watch_session, 4000);
  };
  setTimeout(watch_session, 4000);
  const words = {
    "Search": "查找", "Download as CSV": "下载为 CSV", "Fullscreen": "全屏", "Close fullscreen": "退出全屏", "Exit fullscreen": "退出全屏",
    "Show/hide columns": "显示或隐藏列", "Hide column": "隐藏此列", "Pin column": "固定此列", "Unpin column": "取消固定", "Autosize": "自动列宽",
    "Sort ascending": "升序", "Sort descending": "降序", "Format": "格式", "No results": "无结果", "Copy to clipboard": "复制",
    "Open sidebar": "打开侧栏", "Close sidebar": "收起侧栏", "Expand sidebar": "展开侧栏", "Collapse sidebar": "收起侧栏",
    "keyboard_double_arrow_right": "keyboard_double_arrow_right", "Skip to main content": "跳到正文", "Main menu": "主菜单", "Settings": "设置",
    "Rerun": "重新运行", "Print": "打印", "Clear value": "清除", "Select all": "全选", "Choose an option": "请选择", "Choose options": "请选择",
    "Sidebar": "侧栏", "Open": "打开", "Connecting": "正在连接", "Connection error": "连接中断", "Running...": "正在计算…", "Running": "正在计算", "Stop": "停止", "Page not found": "没有这一页",
    "Is Streamlit still running?": "看板程序是否还在运行？", "Close": "关闭", "Help": "说明", "Show data": "显示数据", "Choose a date": "选择日期",
    "Choose a date range": "选择起止日期", "Please wait": "请稍候", "Previous month": "上个月", "Next month": "下个月", "More options": "更多",
    "The page that you have requested does not seem to exist. Running the app's main page.": "没有这个网址的页面，现在显示首页。",
    "Value exceeds maximum": "超出最大值", "Column": "列", "Press Enter to apply": "按回车确定",
    "Upload": "上传", "Browse files": "选择文件", "Drag and drop file here": "把文件拖到这里", "Remove file": "移去文件",
  };
  // Texts with a number in them.
  const patterns = [[/^(\d+)MB per file$/, "每个文件不超过 $1 MB"], [/^Remove (.+)$/, "移去 $1"]];
  const spoken = (text) => {
    if (words[text]) return words[text];
    const found = text && patterns.find(([pattern]) => pattern.test(text));
    return found && text.replace(found[0], found[1]);
  };
  const language = () => (new URLSearchParams(location.search).get("lang") === "en" ? "en" : "zh-CN");
  const attributes = ["aria-label", "title", "placeholder", "data-tooltip"];
  const put = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const found = spoken(node.data.trim());
      if (found && found !== node.data) node.data = found;
      return;
    }
    // Drawings have no controls of Streamlit's, and a redrawn page brings a thousand of their parts.
    if (node.nodeType !== Node.ELEMENT_NODE || node instanceof SVGElement || node.dataset.testid === "stIconMaterial") return;
    if (node.getAttribute("role") === "img" && node.getAttribute("aria-label")?.endsWith(" icon")) {
      // The word beside a symbol says what it means; its English name would only be read out on top.
      node.removeAttribute("aria-label");
      node.setAttribute("aria-hidden", "true");
      return;
    }
    for (const name of attributes) {
      const found = spoken(node.getAttribute(name));
      if (found) node.setAttribute(name, found);
    }
    node.childNodes.forEach(put);
  };
  const watch = (changes) => {
    const now = language();
    if (document.documentElement.lang !== now) document.documentElement.lang = now;
    if (now !== "zh-CN") return;
    for (const change of changes) {
      if (change.type === "childList") change.addedNodes.forEach(put);
      else put(change.target);
    }
  };
  new MutationObserver(watch).observe(document.documentElement, {
    childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: attributes,
  });
})();
