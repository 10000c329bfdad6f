import NIOCore
import TerraceBus
import TerraceCore
import TerraceRuntime

/// Market data from the bus beside accounts at the venues: what a run takes for its connections where a feed serves it.
///
/// Used on the shard's loop only, which is what makes this `@unchecked Sendable`.
final class BusConnections: VenueConnections, @unchecked Sendable {
    /// The venues' sessions, which carry the accounts alone.
    let accounts: NetworkConnections
    /// The bus.
    let subscriber: BusSubscriber
    private let hasAccounts: Bool
    private var followed: [Bool]  // By instrument.
    private var heard: [Delivery] = []

    /// - Parameters:
    ///   - instruments: How many instruments the shard has.
    ///   - hasAccounts: Whether the sessions trade.
    init(accounts: NetworkConnections, subscriber: BusSubscriber, instruments: Int, hasAccounts: Bool) {
        self.accounts = accounts
        self.subscriber = subscriber
        self.hasAccounts = hasAccounts
        self.followed = Array(repeating: false, count: instruments)
    }

    func open(waking wake: @escaping () -> Void) {
        self.subscriber.open(waking: wake)
        self.accounts.open(waking: wake)
    }

    var nextDue: Timestamp { min(self.subscriber.nextDue, self.accounts.nextDue) }

    func advance(to now: Timestamp, into deliveries: inout [Delivery]) {
        self.accounts.advance(to: now, into: &deliveries)
        self.heard.removeAll(keepingCapacity: true)
        self.subscriber.advance(to: now, into: &self.heard)
        for delivery in self.heard {
            switch delivery.event {
            // Whether orders can be sent is for the account's connection to say. Books that are lost are told one by one.
            case .connection(_, .up) where self.hasAccounts, .connection(_, .down) where self.hasAccounts: continue
            default: deliveries.append(delivery)
            }
        }
    }

    func send(_ command: Command, at now: Timestamp) {
        switch command {
        case .resnapshot(let instrument): self.subscriber.resnapshot(instrument)
        case .follow(let instrument, _):
            if instrument.index >= self.followed.count || self.followed[instrument.index] { return }
            self.followed[instrument.index] = true
            self.subscriber.subscribe(instrument)
        case .unfollow(let instrument):
            if instrument.index >= self.followed.count || !self.followed[instrument.index] { return }
            self.followed[instrument.index] = false
            self.subscriber.unsubscribe(instrument)
        case .place, .amend, .cancel, .query: self.accounts.send(command, at: now)
        }
    }

    func flush(at now: Timestamp) { self.accounts.flush(at: now) }

    var isQuiet: Bool { self.accounts.isQuiet }

    func conclude(at now: Timestamp) -> Bool { self.accounts.conclude(at: now) }

    /// Leaves the bus, and closes all connections.
    func close(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        let left = self.subscriber.close() ?? eventLoop.makeSucceededVoidFuture()
        return left.and(self.accounts.close(on: eventLoop)).map { _ in }
    }
}
