import { type ReactNode, useState } from "react"
import { Button, Dialog, Heading, Modal, ModalOverlay } from "react-aria-components"
import { useDesk } from "../desk/state.ts"
import { useWords } from "../words.ts"
import { Wrong } from "./Wrong.tsx"

export type AskDialogProps = {
  title: string
  children: ReactNode
  /** The word on the button that does it. */
  confirm: string
  disabled?: boolean | undefined
  /** For a hand that shakes. */
  huge?: boolean
  /** Does it; answers in words what went wrong, or nothing. */
  onConfirm(): Promise<string | undefined>
  onClose(): void
}

/** A question that holds the focus until it is answered. Escape always leaves without doing anything. */
export function AskDialog({ title, children, confirm, disabled, huge, onConfirm, onClose }: AskDialogProps) {
  const { t } = useWords()
  const { silent } = useDesk()
  const [wrong, setWrong] = useState<string>()
  const [busy, setBusy] = useState(false)
  async function act(): Promise<void> {
    setBusy(true)
    const answer = await onConfirm()
    setBusy(false)
    if (answer === undefined) onClose()
    else setWrong(answer)
  }
  return (
    <ModalOverlay className="veil" isOpen isDismissable onOpenChange={(open) => open || onClose()}>
      <Modal className="modal">
        <Dialog className="dialog">
          <Heading slot="title">{title}</Heading>
          {children}
          <Wrong>{wrong}</Wrong>
          <div className="buttons">
            <Button className="button" onPress={onClose}>
              {t("dialog.cancel")}
            </Button>
            <Button
              className={huge ? "button strong huge" : "button strong"}
              isDisabled={busy || silent || disabled === true}
              onPress={() => void act()}
            >
              {confirm}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
