// Every stylesheet of the page, in order.

import './style/fonts.css';
import './style/tokens.css';
import './style/base.css';
import './style/parts.css';
import './style/frame.css';
import './style/palette.css';
import './style/conversation.css';
import './style/talk.css';
import './style/settings.css';
import './style/events.css';
import './style/timeline.css';
import './style/turn-card.css';
import './style/sessions.css';
import './style/compare.css';
import './style/fork.css';
