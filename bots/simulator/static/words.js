// Every word of the page itself, in both languages. What is said inside the chats comes from the program.

export const LANGUAGES = [["th", "ไทย", "ภาษาไทย"], ["en", "EN", "English"]];

const WORDS = {
  tagline: ["ทั้งคลินิกอยู่ในแชต", "The whole clinic in chat"],
  tab_sales: ["ฝ่ายขาย", "Sales"], tab_beautician: ["ผู้ให้บริการ", "Beautician"],
  tab_doctor: ["แพทย์", "Doctor"], tab_manager: ["ผู้จัดการ", "Manager"],
  tab_customer: ["ลูกค้า", "Customer"], tab_strip: ["คลินิก", "Clinic"],
  offline: ["ติดต่อโปรแกรมไม่ได้ กำลังลองใหม่", "Cannot reach the program, trying again"],
  no_answer: ["โปรแกรมยังไม่ตอบ ข้อความจะถูกส่งซ้ำให้เอง", "The program did not answer yet; the platform will deliver it again"],
  failed: ["ทำรายการไม่สำเร็จ: {why}", "That did not work: {why}"],
  write: ["พิมพ์ข้อความ", "Message"], send: ["ส่ง", "Send"], photo: ["ส่งรูป", "Send a photo"],
  commands: ["คำสั่ง", "Commands"], more: ["เพิ่มเติม", "More"], close: ["ปิด", "Close"],
  block: ["บล็อกบัญชีนี้", "Block this account"], unblock: ["เลิกบล็อก", "Unblock"],
  blocked: ["คุณบล็อกบัญชีนี้อยู่", "You have blocked this account"],
  sticker: ["ส่งสติกเกอร์", "Send a sticker"], paste_link: ["เปิดลิงก์…", "Open a link…"],
  link: ["วางลิงก์ที่ได้รับ", "Paste the link you were given"], open: ["เปิด", "Open"], pick: ["เลือก", "Choose"],
  edited: ["แก้ไขแล้ว", "edited"], picture: ["รูปภาพ", "Picture"],
  sticker_sent: ["[สติกเกอร์]", "[Sticker]"], photo_sent: ["[รูปภาพ]", "[Photo]"],
  start_line: ["เพิ่มเพื่อน", "Add friend"], start_telegram: ["เริ่มต้น", "START"],
  empty_line: ["ยังไม่ได้เป็นเพื่อนกับคลินิก", "Not a friend of the clinic yet"],
  empty_telegram: ["ยังไม่มีข้อความในแชตนี้", "No messages here yet"],
  invited: ["เปิดคำเชิญของคุณ", "Open your invitation"],
  which_phone: ["เปิดลิงก์บนเครื่องของใคร", "Whose phone opens this link?"],
  language_of: ["ภาษาของเครื่องนี้", "Language of this phone"], app_of: ["แอปของเครื่องนี้", "App of this phone"],
  clock: ["เวลาของคลินิก", "The clinic's time"], hour: ["+1 ชม.", "+1 h"],
  tomorrow: ["พรุ่งนี้ 10:00", "Tomorrow 10:00"], other_time: ["เลือกเวลา", "Pick a time"], go: ["ไปเวลานี้", "Go there"],
  moving: ["กำลังทำสิ่งที่ถึงกำหนด…", "Doing what falls due…"],
  past: ["เลื่อนเวลาไปข้างหน้าได้เท่านั้น", "The clock only moves forward"],
  too_far: ["ไกลเกินไป เลื่อนได้ครั้งละไม่เกิน 400 วัน", "Too far: at most 400 days at once"],
  not_a_time: ["ใส่วันและเวลาให้ครบ", "Give a full date and time"],
  strip: ["ตอนนี้ในฐานข้อมูล", "True in the database"],
  journeys: ["เส้นทางลูกค้า", "Journeys"], tasks: ["งาน", "Tasks"], points: ["แต้มของลูกค้า", "Customer's points"],
  outbox: ["ข้อความขาออก", "Outbox"], facts: ["เพิ่งเกิดขึ้น", "Just happened"],
  no_journeys: ["ยังไม่มี ลองพิมพ์ /lead ในเครื่องฝ่ายขาย", "None yet: type /lead on the sales phone"],
  no_tasks: ["ยังไม่มีงาน", "No tasks yet"], no_points: ["ลูกค้ายังไม่มีบัญชีแต้ม", "The customer has no account yet"],
  no_outbox: ["ยังไม่มีข้อความ", "Nothing sent yet"], no_facts: ["ยังไม่มีอะไรเกิดขึ้น", "Nothing has happened yet"],
  usable: ["ใช้ได้", "usable"], pending: ["รอใช้ได้", "pending"], nobody: ["ยังไม่มีผู้รับ", "nobody yet"],
  version: ["รุ่นที่ {n}", "version {n}"],
};

/** The clinic's codes as people say them; an unknown one is shown as it is, without underscores. */
const CODES = {
  lead: ["ลูกค้าใหม่", "Lead"], scanned: ["ตรวจผิวแล้ว", "Skin scanned"], proposal_sent: ["ส่งใบเสนอแล้ว", "Proposal sent"],
  payment_confirmed: ["ชำระเงินแล้ว", "Payment confirmed"], treatment_scheduled: ["นัดแล้ว", "Treatment scheduled"],
  treatment_started: ["เริ่มทำแล้ว", "Treatment started"], treatment_completed: ["ทำเสร็จแล้ว", "Treatment completed"],
  follow_up: ["ติดตามผล", "Follow-up"], closed: ["ปิดแล้ว", "Closed"], lost: ["ไม่ไปต่อ", "Lost"], cancelled: ["ยกเลิก", "Cancelled"],
  requested: ["รอผู้รับ", "Waiting"], accepted: ["รับแล้ว", "Accepted"], declined: ["ปฏิเสธ", "Declined"],
  expired: ["หมดเวลา", "Expired"], in_progress: ["กำลังทำ", "In progress"], on_hold: ["พักไว้", "On hold"],
  completed: ["เสร็จแล้ว", "Completed"], entered_in_error: ["บันทึกผิด", "Entered in error"], released: ["คืนงาน", "Released"],
  bronze: ["บรอนซ์", "Bronze"], silver: ["ซิลเวอร์", "Silver"], gold: ["โกลด์", "Gold"],
  platinum: ["แพลทินัม", "Platinum"], diamond: ["ไดมอนด์", "Diamond"],
  pending: ["รอส่ง", "Waiting"], sending: ["กำลังส่ง", "Sending"], sent: ["ส่งแล้ว", "Sent"],
  refused: ["ปลายทางไม่รับ", "Refused"], unknown: ["ไม่ทราบผล", "Unknown"], dropped: ["ไม่ต้องส่งแล้ว", "Not needed"],
  staff_invited: ["เชิญพนักงานใหม่", "Staff invited"], staff_joined: ["พนักงานเข้าร่วมแล้ว", "Staff joined"],
  staff_unbound: ["ยกเลิกแชตของพนักงาน", "Staff chat unlinked"],
  lead_created: ["มีลูกค้าใหม่", "New lead"], customer_joined: ["ลูกค้าเข้าร่วมแล้ว", "Customer joined"],
  customer_unlinked: ["ยกเลิกแชตของลูกค้า", "Customer chat unlinked"],
  consent_given: ["ให้ความยินยอม", "Consent given"], consent_withdrawn: ["ไม่ให้ความยินยอม", "No consent"],
  task_accepted: ["รับงานแล้ว", "Task accepted"], member_enrolled: ["เป็นสมาชิกแล้ว", "Member enrolled"],
  tier_changed: ["ระดับเปลี่ยน", "Tier changed"], achievement_awarded: ["ได้เหรียญใหม่", "Badge awarded"],
  followup_answered: ["ตอบคำถามติดตามแล้ว", "Check answered"], reaction_reported: ["แจ้งอาการน่ากังวล", "Worry reported"],
  message_not_understood: ["มีข้อความถึงพนักงาน", "Message passed on"],
  message_taken_back: ["ยกเลิกข้อความแล้ว", "Message taken back"],
  scan_recorded: ["บันทึกผลสแกนแล้ว", "Scan saved"], proposal_asked: ["ถามเรื่องแผน", "Asked about the plan"],
  journey_amended: ["แก้ไขข้อมูล", "Journey corrected"], journey_lost: ["ไม่สนใจแล้ว", "Lost"],
  journey_cancelled: ["ยกเลิกแล้ว", "Cancelled"], journey_closed: ["ปิดแล้ว", "Closed"],
  journey_reopened: ["เปิดใหม่แล้ว", "Opened again"], journey_held: ["พักไว้", "On hold"],
  course_opened: ["เปิดคอร์สแล้ว", "Course opened"], session_used: ["ใช้คอร์สแล้ว 1 ครั้ง", "Session used"],
  payment_voided: ["ยกเลิกการชำระเงิน", "Payment voided"],
  appointment_confirmed: ["ยืนยันนัดแล้ว", "Appointment confirmed"],
  appointment_moved: ["เลื่อนนัดแล้ว", "Appointment moved"], appointment_late: ["จะมาสาย", "Will be late"],
  appointment_cancelled: ["ยกเลิกนัดแล้ว", "Appointment cancelled"], no_show: ["ไม่มาตามนัด", "Did not come"],
  visit_broken_off: ["กลับก่อนทำเสร็จ", "Went home, not finished"],
  customer_arrived: ["ลูกค้ามาถึงแล้ว", "Customer arrived"], time_requested: ["ขอเวลานัด", "Time asked for"],
  time_held: ["กันเวลาไว้แล้ว", "Time kept"], hold_lapsed: ["เวลาที่กันไว้หมดอายุ", "Kept time lapsed"],
  task_offered: ["เสนองานแล้ว", "Task offered"], task_declined: ["ปฏิเสธงาน", "Task declined"],
  task_released: ["คืนงานแล้ว", "Task given back"], task_handed_over: ["ส่งต่องานแล้ว", "Task handed over"],
  task_held: ["หยุดพักชั่วคราว", "Treatment paused"], task_resumed: ["ทำต่อแล้ว", "Treatment resumed"],
  task_failed: ["ทำไม่สำเร็จ", "Task failed"], task_cancelled: ["ยกเลิกงานแล้ว", "Task called off"],
  treatment_aborted: ["หยุดทรีตเมนต์", "Treatment stopped"], duty_changed: ["เปลี่ยนสถานะเวร", "Duty changed"],
  note_added: ["จดบันทึกแล้ว", "Note added"], reminder_done: ["เตือนแล้ว", "Reminded"],
  customer_corrected: ["แก้ไขข้อมูลลูกค้า", "Customer corrected"],
  customer_reassigned: ["เปลี่ยนผู้ดูแลลูกค้า", "Customer reassigned"],
  customers_handed_over: ["โอนลูกค้าแล้ว", "Customers handed over"],
  reaction_handled: ["ดูแลอาการแล้ว", "Reaction handled"],
  loyalty_paused: ["พักการนับแต้ม", "Loyalty paused"], loyalty_resumed: ["นับแต้มต่อ", "Loyalty resumed"],
  reward_redeemed: ["แลกรางวัลแล้ว", "Reward redeemed"], redemption_cancelled: ["ยกเลิกการแลก", "Redemption undone"],
  coupon_issued: ["ออกคูปองแล้ว", "Coupon issued"], coupon_used: ["ใช้คูปองแล้ว", "Coupon used"],
  coupon_expired: ["คูปองหมดอายุ", "Coupon expired"], role_changed: ["เปลี่ยนบทบาท", "Role changed"],
  staff_removed: ["ถอดพนักงานแล้ว", "Staff removed"], approval_requested: ["ขออนุมัติ", "Approval requested"],
  approval_decided: ["ตัดสินคำขอแล้ว", "Approval decided"],
  automation_switched: ["เปิดปิดกฎอัตโนมัติ", "Rule switched"],
  automation_broken: ["กฎอัตโนมัติขัดข้อง", "Rule broken"],
};

const pick = (pair, language) => pair[language === "th" ? 0 : 1];

export function word(language, key, values = {}) {
  return pick(WORDS[key] ?? [key, key], language).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function code(language, key) {
  const plain = key.replace(/[_.]/g, " ");
  return CODES[key] ? pick(CODES[key], language) : plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** An instant as the clinic's wall shows it; Thai years are Buddhist, as people write them. */
export function instant(language, zone, when, parts) {
  const locale = language === "th" ? "th-TH" : "en-GB";
  return new Intl.DateTimeFormat(locale, { timeZone: zone, hourCycle: "h23", ...parts }).format(when);
}

export const clockTime = (language, zone, when) => instant(language, zone, when, { hour: "2-digit", minute: "2-digit" });
