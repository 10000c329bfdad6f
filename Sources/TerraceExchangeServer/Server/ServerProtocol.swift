import TerraceCore
import TerraceSimulation

/// A venue's public protocol as its servers speak it: turns requests and messages into operations on the `ExchangeCore`, and
/// what the core tells into messages.
///
/// A machine like the core: the time is `core.now` (and `core.venueTime` on the wire, which a fault may set off). Calls come
/// one at a time. What is to happen later is put into `core.timers` and comes back by `fired`. Faults are none of its
/// business: it says everything to `output`, with what kind it is.
protocol ServerProtocol: AnyObject {
    /// Somebody wants a WebSocket: nil to accept it as `connection`, or the answer that refuses it.
    func opened(_ connection: Int, _ request: ServerRequest, into output: inout ServerOutput) -> ServerResponse?
    /// A text message has come.
    func received(_ text: [UInt8], from connection: Int, into output: inout ServerOutput)
    /// A connection is gone, by the client's will or by a fault.
    func closed(_ connection: Int)
    /// A request by HTTP: answers it once, by `output.respond`.
    func received(_ request: ServerRequest, into output: inout ServerOutput)

    /// Levels of a book have changed; they stand in `core.out.levels`. Sequences of an instrument have no gaps.
    func bookChanged(_ change: DepthMessage, into output: inout ServerOutput)
    /// Two orders have traded.
    func traded(_ trade: TradeMessage, into output: inout ServerOutput)
    /// Something happened to an account.
    func told(_ event: CoreEvent, into output: inout ServerOutput)
    /// A timer has come due that was put into `core.timers`.
    func fired(_ timer: ServerTimer, into output: inout ServerOutput)
    /// The server has been down: all connections are gone, listen keys and the like too if the venue's do not survive.
    func restarted()

    /// Whether a request commands orders (place, amend, cancel, by whatever path), so that the faults of commands are laid on
    /// its answer.
    func isCommand(_ request: ServerRequest) -> Bool
    /// The answer of a server that does not know what became of a command.
    func unknownOutcome(_ request: ServerRequest) -> ServerResponse
    /// The answer to somebody who sent too much: too many requests, or (`isBan`) shut out for this long.
    func limited(retryAfterNanoseconds: Int64, isBan: Bool) -> ServerResponse
}
