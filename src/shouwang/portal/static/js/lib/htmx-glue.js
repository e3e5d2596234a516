// What htmx does not do itself: token, waiting line, refusals and failures in words, clean addresses.
import { csrfToken, one } from "./dom.js";
import { toast } from "./toasts.js";

const WORDS = {
  403: "没有权限，未执行。如工作需要，请向本级系统管理员申请授权。",
  404: "记录不存在、已被合并，或不在您的管辖范围内。请刷新列表后重试。",
  409: "记录已被他人修改。请刷新页面，查看最新内容后重试。",
  413: "文件过大，没有上传。请压缩或分册后重试。",
  429: "操作过于频繁，请稍候再试。",
  503: "系统暂时无法提供服务，内容没有保存。请约 1 分钟后重试。",
};
const LINE_AFTER = 300;

let waiting = 0;
let line = 0;

function began() {
  waiting += 1;
  if (waiting === 1) line = setTimeout(() => document.body.classList.add("waiting"), LINE_AFTER);
}

function ended() {
  waiting = Math.max(0, waiting - 1);
  if (waiting) return;
  clearTimeout(line);
  document.body.classList.remove("waiting");
}

function configure(event) {
  const { verb, headers, parameters } = event.detail;
  if (verb !== "get") {
    headers["X-CSRFToken"] = csrfToken();
    return;
  }
  for (const key of Object.keys(parameters)) if (parameters[key] === "") delete parameters[key];
}

function beforeSwap(event) {
  const { xhr } = event.detail;
  if (xhr.status !== 422) return;
  const refusal = one("[data-refusal]", new DOMParser().parseFromString(xhr.responseText, "text/html"));
  if (!refusal) return; // a form handed back with its errors: swapped in as usual
  event.detail.shouldSwap = false;
  toast({ level: "error", text: refusal.textContent.trim() });
}

export function startHtmxGlue() {
  const body = document.body;
  body.addEventListener("htmx:configRequest", configure);
  body.addEventListener("htmx:beforeRequest", began);
  body.addEventListener("htmx:afterRequest", ended);
  body.addEventListener("htmx:beforeSwap", beforeSwap);
  body.addEventListener("htmx:responseError", (event) => {
    toast({ level: "error", text: WORDS[event.detail.xhr.status] || "系统出错，本次操作没有完成。请稍后重试。" });
  });
  body.addEventListener("htmx:sendError", () => {
    toast({ level: "error", text: "网络不通，内容没有提交。请检查网络后重试，已填写的内容仍在页面上。" });
  });
}
