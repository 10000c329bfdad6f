import NIOCore
import TerraceCore
import TerraceRuntime

/// The wire of a `ScriptedVenue`, in the hands of a test: what it puts on comes by itself, as bytes on a socket do.
///
/// Used on the shard's loop only, which is what makes `@unchecked Sendable` true.
final class ScriptedWire: @unchecked Sendable {
    let loop: any EventLoop
    var waiting: [Delivery] = []
    var sent: [Command] = []
    var demands: [Command] = []  // What is to be followed, and no longer.
    var answers = true
    var wake: () -> Void = {}

    init(loop: any EventLoop) { self.loop = loop }

    /// Lets events arrive now.
    func arrive(_ events: [Event]) -> EventLoopFuture<Void> {
        self.loop.submit {
            self.waiting += events.map { Delivery(at: .distantPast, event: $0) }
            self.wake()
        }
    }

    /// What was sent to the venue so far.
    func commands() -> EventLoopFuture<[Command]> { self.loop.submit { self.sent } }
}

/// Connections to a venue that is a test: nothing is foreseen, everything wakes the shard.
struct ScriptedVenue: VenueConnections {
    let wire: ScriptedWire

    mutating func open(waking wake: @escaping () -> Void) { self.wire.wake = wake }
    var nextDue: Timestamp { .distantFuture }
    var isQuiet: Bool { self.wire.waiting.isEmpty }

    mutating func advance(to now: Timestamp, into deliveries: inout [Delivery]) {
        deliveries += self.wire.waiting
        self.wire.waiting.removeAll()
    }

    mutating func send(_ command: Command, at now: Timestamp) {
        switch command {
        case .follow, .unfollow:
            self.wire.demands.append(command)
            return
        case .place, .amend, .cancel, .query, .resnapshot: self.wire.sent.append(command)
        }
        guard self.wire.answers else { return }
        switch command {
        case .place(let instrument, let id, _, _, _): self.answer(instrument, id, .accepted)
        case .cancel(let instrument, let id): self.answer(instrument, id, .cancelled(cumulative: .zero))
        case .amend, .query, .resnapshot, .follow, .unfollow: break
        }
    }

    private func answer(_ instrument: InstrumentIndex, _ order: ClientOrderID, _ outcome: OrderOutcome) {
        let report = OrderReport(instrument: instrument, order: order, outcome: outcome)
        self.wire.waiting.append(Delivery(at: .distantPast, event: .order(report)))
        self.wire.wake()
    }
}
