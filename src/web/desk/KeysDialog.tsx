import { Button, Dialog, Heading, Modal, ModalOverlay } from "react-aria-components"
import { useWords } from "../words.ts"
import { useSwitch } from "./preferences.ts"

const KEYS = [
  ["j ↓", "keys.next"],
  ["k ↑", "keys.previous"],
  ["Enter", "keys.open"],
  ["g i", "keys.inbox"],
  ["g w", "keys.watch"],
  ["g l", "keys.log"],
  ["g h", "keys.handover"],
  ["g o", "keys.overdue"],
  ["g c", "keys.changes"],
  ["g b", "keys.board"],
  ["g t", "keys.translations"],
  ["g r", "keys.register"],
  ["/", "keys.search"],
  ["n", "keys.new"],
  ["a", "keys.acknowledge"],
  ["c", "keys.cascade"],
  ["t", "keys.account"],
  ["o", "keys.object"],
  ["r", "keys.reply"],
  ["h", "keys.hold"],
  ["y", "keys.pass-on"],
  ["p", "keys.print"],
  ["!", "keys.stop"],
  ["d", "keys.drill"],
  ["?", "keys.this"],
  ["Esc", "keys.leave"],
] as const

/** Every key that does something, and the switch that puts the one-letter ones to sleep. */
export function KeysDialog({ onClose }: { onClose(): void }) {
  const { t } = useWords()
  const [on, setOn] = useSwitch("keys", true)
  return (
    <ModalOverlay className="veil" isOpen isDismissable onOpenChange={(open) => open || onClose()}>
      <Modal className="modal">
        <Dialog className="dialog">
          <Heading slot="title">{t("keys.title")}</Heading>
          <dl className="keys">
            {KEYS.map(([key, word]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{t(word)}</dd>
              </div>
            ))}
          </dl>
          <label className="check">
            <input type="checkbox" checked={on} onChange={(event) => setOn(event.target.checked)} />
            {t("keys.switch")}
          </label>
          <div className="buttons">
            <Button className="button strong" autoFocus onPress={onClose}>
              {t("dialog.close")}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
