public import TerraceCore
import TerraceSimulation

/// An exchange behind a venue's public protocol: requests and messages in, answers and messages out. A machine without sockets
/// or a clock: time comes with each call, and one seed with the same calls gives the same course of events.
///
/// It is used by one thread at a time. Between the protocol and the wire stand the faults: they change what clients are told,
/// never what is true, which `/admin/` tells to who asks from the same machine.
public final class ExchangeServer {
    struct Connection {
        var address: String
        var silentUntil = Timestamp.distantPast
        var held: [UInt8]?  // A public message that is to follow the next one.
    }
    enum Delayed {
        case action(ServerAction)
        case fault
        case release(connection: Int)
        case up
    }

    /// What it was made of.
    public let settings: ExchangeSettings
    let core: ExchangeCore
    let venue: any ServerProtocol
    var dice: FaultDice
    var connections: [Int: Connection] = [:]
    var delayed = TimerQueue<Delayed>()
    var output = ServerOutput()
    var isDown = false
    var served: UInt64 = 0
    var sent: UInt64 = 0

    /// The exchange of `settings`, open.
    ///
    /// - Throws: `ExchangeError` where the settings make no sense.
    public init(_ settings: ExchangeSettings) throws(ExchangeError) {
        self.settings = settings
        self.core = try ExchangeCore(settings)
        switch settings.kind {
        case .binance: self.venue = BinanceServerProtocol(core: self.core, settings: settings)
        case .bybit: self.venue = BybitServerProtocol(core: self.core, settings: settings)
        }
        self.dice = FaultDice(settings.faults, seed: settings.seed)
        self.delayed.insert(.fault, at: settings.start.advanced(by: 1_000_000_000))
    }

    /// The symbols that it lists.
    public var symbols: [String] { self.core.instruments.map { $0.symbol } }

    // MARK: Time

    /// When `advance` has something to do next.
    public var nextDue: Timestamp { min(self.core.nextDue, self.delayed.nextDue) }

    /// Runs everything up to `moment`: the crowd, and what is due to be sent.
    public func advance(to moment: Timestamp, into actions: inout [ServerAction]) {
        while true {
            let due = self.nextDue
            if due > moment { break }
            self.core.now = max(self.core.now, due)
            if self.delayed.nextDue <= due {
                if let delayed = self.delayed.removeFirst() { self.fire(delayed, into: &actions) }
            } else if self.core.timers.nextDue <= due {
                if let timer = self.core.timers.removeFirst(), !self.isDown {
                    self.venue.fired(timer, into: &self.output)
                }
            } else {
                self.core.burst()
            }
            self.deliver(into: &actions)
        }
        self.core.now = max(self.core.now, moment)
    }

    // MARK: What comes in

    /// Somebody wants a WebSocket, to be known as `connection`, a number not used before: nil to accept, or the answer that
    /// refuses.
    public func opened(
        _ connection: Int, _ request: ServerRequest, at moment: Timestamp, into actions: inout [ServerAction]
    ) -> ServerResponse? {
        self.advance(to: moment, into: &actions)
        if self.isDown { return ServerResponse(status: 503) }
        let banLeft = self.core.banLeft(request.address)
        if banLeft > 0 { return self.venue.limited(retryAfterNanoseconds: banLeft, isBan: true) }
        if let refusal = self.venue.opened(connection, request, into: &self.output) {
            self.deliver(into: &actions)
            return refusal
        }
        self.connections[connection] = Connection(address: request.address)
        self.deliver(into: &actions)
        return nil
    }

    /// A text message has come.
    public func received(
        _ text: [UInt8], from connection: Int, at moment: Timestamp, into actions: inout [ServerAction]
    ) {
        self.advance(to: moment, into: &actions)
        guard self.connections[connection] != nil else { return }
        self.venue.received(text, from: connection, into: &self.output)
        self.deliver(into: &actions)
    }

    /// A connection is gone by the client's will or for a reason of the network's.
    public func closed(_ connection: Int, at moment: Timestamp, into actions: inout [ServerAction]) {
        self.advance(to: moment, into: &actions)
        guard self.connections.removeValue(forKey: connection) != nil else { return }
        self.venue.closed(connection)
        self.deliver(into: &actions)
    }

    /// A request has come. It is answered once, now or later, or abandoned.
    public func received(_ request: ServerRequest, at moment: Timestamp, into actions: inout [ServerAction]) {
        self.advance(to: moment, into: &actions)
        self.served += 1
        if request.path.starts(with: "/admin/".utf8) {
            // The answer goes first: a fault that was asked for may drop the very connection.
            var consequences: [ServerAction] = []
            actions.append(.respond(token: request.token, self.admin(request, into: &consequences)))
            actions.append(contentsOf: consequences)
            self.deliver(into: &actions)
            return
        }
        if self.isDown { return actions.append(.abandon(token: request.token, isClosing: true)) }
        if self.dice.happens(.ban) {
            self.core.ban(request.address, nanoseconds: self.dice.plan.nanoseconds(.ban))
        }
        let banLeft = self.core.banLeft(request.address)
        if banLeft > 0 {
            let answer = self.venue.limited(retryAfterNanoseconds: banLeft, isBan: true)
            return actions.append(.respond(token: request.token, answer))
        }
        if self.dice.happens(.rateLimit) {
            let wait = self.dice.plan.nanoseconds(.rateLimit)
            let answer = self.venue.limited(retryAfterNanoseconds: wait, isBan: false)
            return actions.append(.respond(token: request.token, answer))
        }
        self.venue.received(request, into: &self.output)
        self.deliver(into: &actions, request: request)
    }
}
