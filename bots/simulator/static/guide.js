// How to play: the nine steps of one customer's way through the clinic, folded away until wanted.
import { el } from "./dom.js";

const TITLE = ["วิธีเล่น: เส้นทางลูกค้าหนึ่งคน 9 ขั้น", "How to play: one customer's way in nine steps"];
const STEPS = [
  ["ในเครื่องฝ่ายขายและผู้ให้บริการ กดเปิดคำเชิญ รหัสใช้ได้ครั้งเดียว", "On the sales and beautician phones open the invitation. Its code works once."],
  ["ฝ่ายขายพิมพ์ /lead แล้วใส่ชื่อ เบอร์โทร ทรีตเมนต์ และที่มา จากนั้นกดยืนยัน", "Sales types /lead: name, phone, treatment, source. Then Confirm."],
  ["กดลิงก์ที่ฝ่ายขายได้รับ เลือกเปิดบนเครื่องลูกค้า เลือกภาษา แล้วตอบเรื่องความยินยอมทีละข้อ", "Tap the link that sales shows and open it on the customer's phone. Choose a language and answer the consents one by one."],
  ["ฝ่ายขายยืนยันการชำระเงิน ลูกค้าได้ใบเสร็จพร้อมแต้มที่รอใช้", "Sales confirms the payment. The customer gets a receipt with pending points."],
  ["ฝ่ายขายนัดเวลาเป็นตอนนี้ ผู้ให้บริการเห็นงานพร้อมระดับของลูกค้า แล้วกดรับงาน", "Sales sets the time to now. The beautician sees the task with the customer's tier and accepts."],
  ["ผู้ให้บริการกดเริ่ม แล้วกดเสร็จสิ้นพร้อมบันทึก", "The beautician starts, then completes with a note."],
  ["แต้มของลูกค้าใช้ได้ทันที ลองพิมพ์ /points /history /status", "The customer's points become active at once. Try /points, /history, /status."],
  ["เลื่อนเวลาไปพรุ่งนี้ 10:00 ลูกค้าได้รับคำถามติดตามผล ถ้าตอบว่ากังวล พนักงานรู้ทันที", "Move the clock to tomorrow 10:00. The customer gets the day-1 check; an answer of worry reaches staff at once."],
  ["สลับเครื่องลูกค้าไปอีกแอปแล้วกดเริ่มโดยไม่ใช้ลิงก์ คนแปลกหน้าจะได้รับการต้อนรับและกลายเป็นลูกค้าใหม่", "Switch the customer's phone to the other app and start without a link: a stranger is greeted and becomes a lead."],
];

export function guide(place, language) {
  const index = language === "th" ? 0 : 1;
  place.replaceChildren(
    el("summary", { text: TITLE[index] }),
    el("ol", {}, ...STEPS.map((step) => el("li", { text: step[index] }))),
  );
}
