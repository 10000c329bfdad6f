import TerraceCore

/// One private stream of a session, on its way from nothing to ready.
struct AccountConnection {
    enum State: Equatable {
        /// None; the next attempt is due at `retryAt`.
        case closed
        /// A key for it was asked for.
        case awaitingKey
        case opening
        /// The login step of this number was sent.
        case login(Int)
        /// It tells what happens to the account.
        case ready
    }
    var state = State.closed
    var socket = -1
    var retryAt = Timestamp.distantPast
    var listenKey = ""
    var openedAt = Timestamp.distantPast
    var heardAt = Timestamp.distantPast
    var pingedAt = Timestamp.distantPast
    var keyRenewedAt = Timestamp.distantPast
    var renewAt = Timestamp.distantFuture
}
