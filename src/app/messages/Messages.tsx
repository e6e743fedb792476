/** What the person must know: what happened, what was kept, what to do. Each stays until it is dismissed. */
import type { ActionId } from '../../state/actions.ts';
import { useRun } from '../../state/hooks.ts';
import { dismiss } from '../../state/run-store.ts';
import type { Message } from '../../state/run-store.ts';
import { usePage } from '../context.ts';
import { Icon } from '../ui/icons.tsx';
import styles from './Messages.module.css';

export function Messages() {
  const messages = useRun((state) => state.messages);
  return (
    <section className={styles['messages']} aria-label="Messages">
      {messages.map((message) => (
        <MessageLine key={message.id} message={message} />
      ))}
    </section>
  );
}

function MessageLine({ message: { id, tone, content, offers } }: { readonly message: Message }) {
  return (
    <div
      className={`${styles['message']} ${styles[tone]}`}
      role={tone === 'failure' ? 'alert' : 'status'}
      data-code={content.code}
    >
      <p>
        <strong>{content.message}</strong> {content.kept} {content.remedy}
      </p>
      {offers !== undefined && <Offer id={offers as ActionId} message={id} />}
      <button
        type="button"
        className={styles['dismiss']}
        aria-label="Dismiss this message"
        onClick={() => dismiss(id)}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

function Offer({ id, message }: { readonly id: ActionId; readonly message: number }) {
  const action = usePage().actions[id];
  return (
    <button
      type="button"
      className={styles['offer']}
      onClick={() => {
        action.perform();
        dismiss(message);
      }}
    >
      {action.label()}
    </button>
  );
}
