package dev.scriptorium.feedback.http;

import com.sun.net.httpserver.HttpExchange;
import dev.scriptorium.feedback.FeedbackConfig;
import dev.scriptorium.schemas.http.Access;
import dev.scriptorium.schemas.http.Problem;
import dev.scriptorium.schemas.settings.Secret;
import java.util.Optional;

/** Who may send corrections, and in whose name. Without tokens everybody on this machine may, but no web page. */
final class Gatekeeper {
    private final FeedbackConfig.Http config;

    Gatekeeper(FeedbackConfig.Http config) {
        this.config = config;
    }

    /** Somebody who was let in. */
    record Caller(Optional<String> name) {
        /**
         * In whose name a correction is sent.
         *
         * @param claimed the name in the request; empty if there is none
         * @throws Problem if the caller may not use that name
         */
        String reviewer(String claimed) {
            if (name.isEmpty() || name.get().equals(claimed)) {
                return claimed;
            }
            if (!claimed.isEmpty()) {
                throw new Problem(
                        Problem.Code.FORBIDDEN,
                        "reviewer: " + name.get() + ", whose token it is, expected, another found");
            }
            return name.get();
        }

        /** @throws Problem if the caller may only speak for one reviewer */
        void checkMaySpeakForAll() {
            if (name.isPresent()) {
                throw new Problem(
                        Problem.Code.FORBIDDEN,
                        "Authorization: the service's own token expected, " + name.get() + "'s found");
            }
        }
    }

    /** @throws Problem if the caller may not come in */
    Caller admit(HttpExchange exchange) {
        boolean open = config.token().isEmpty() && config.reviewerTokens().isEmpty();
        if (open) {
            Access.checkLocal(exchange);
            return new Caller(Optional.empty());
        }
        String token = Access.bearer(exchange);
        if (config.token().filter(secret -> Access.same(secret.reveal(), token)).isPresent()) {
            return new Caller(Optional.empty());
        }
        for (Secret pair : config.reviewerTokens()) {
            int colon = pair.reveal().indexOf(':');
            if (Access.same(pair.reveal().substring(colon + 1), token)) {
                return new Caller(Optional.of(pair.reveal().substring(0, colon)));
            }
        }
        throw Access.unknown();
    }
}
