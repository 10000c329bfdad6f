import NIOCore
import TerraceVenues

/// The connections of one lane to one server, and the requests that wait for one, first come first served.
///
/// A lane that is kept warm has all its connections open before they are needed, and opens them again when the server closes
/// them. Used on its event loop only, which is what makes `@unchecked Sendable` true.
final class RESTConnectionPool: @unchecked Sendable {
    private static let longestDelay = TimeAmount.seconds(5)

    private let address: BaseAddress
    private let dialer: Dialer
    private let size: Int
    private let isWarm: Bool
    private unowned let transport: NetworkTransport
    private var connections: [RESTConnection] = []
    private var waiting = CircularBuffer<PendingRequest>()
    private var delay = TimeAmount.zero  // Before the lane is warmed again; grows with each failure.
    private var isWarming = false  // A timer for it is set.
    private var isShutDown = false
    private var alarm = NIODeadline.distantFuture  // When the timer for time-outs goes off.
    private var alarmNumber: UInt64 = 0  // Of the timer that counts; others are stale.

    /// A pool of at most `size` connections; answers and failures go to `transport`.
    init(_ address: BaseAddress, size: Int, isWarm: Bool, dialer: Dialer, transport: NetworkTransport) {
        self.address = address
        self.size = max(1, size)
        self.isWarm = isWarm
        self.dialer = dialer
        self.transport = transport
        self.waiting.reserveCapacity(dialer.settings.mostWaiting)
        self.connections.reserveCapacity(self.size)
    }

    /// Opens all connections that are missing.
    func warm() {
        guard !self.isShutDown else { return }
        // Each once: one that fails at once is gone when this comes to the next.
        for _ in 0..<max(0, self.size - self.connections.count) { self.open() }
    }

    /// Sends a request now where a connection is free, else when one is.
    func submit(_ pending: PendingRequest) {
        self.setAlarm(at: pending.deadline)
        // One that waits for a fresh connection does not hold up others.
        if self.waiting.allSatisfy({ $0.isRetry }), let idle = self.connections.last(where: { $0.isIdle }) {
            return idle.send(pending)
        }
        guard !self.isShutDown else {
            return self.transport.failed(pending.number, .notSent(NetworkError.shutDown.description))
        }
        guard self.waiting.count < self.dialer.settings.mostWaiting else {
            let text = "\(self.waiting.count) requests wait already for a connection to \(self.address.hostAndPort)"
            return self.transport.failed(pending.number, .notSent(text))
        }
        self.waiting.append(pending)
        self.openIfNeeded()
    }

    /// Closes all. What waits was not sent; what is on the way has no answer.
    func shutDown() {
        self.isShutDown = true
        for connection in self.connections { connection.close(.shutDown) }
        self.failWaiting(.shutDown)
    }

    // MARK: What connections tell

    /// It is idle: the next request goes out on it.
    func becameReady(_ connection: RESTConnection) {
        if connection.served == 0 { self.delay = .zero }
        // One that was sent before in vain needs a connection that the server cannot have been closing meanwhile.
        guard let next = self.waiting.firstIndex(where: { !$0.isRetry || connection.served == 0 }) else { return }
        connection.send(self.waiting.remove(at: next))
    }

    /// A request on it was answered.
    func answered(_ pending: PendingRequest, _ answer: VenueAnswer, _ body: Span<UInt8>) {
        self.transport.answered(pending.number, answer, body)
    }

    /// It is gone, or never was.
    func ended(_ connection: RESTConnection, _ error: NetworkError, wasConnecting: Bool) {
        self.connections.removeAll { $0 === connection }
        guard !self.isShutDown else { return }
        let livedShort = wasConnecting || NIODeadline.now() - connection.readySince < .seconds(1)
        if wasConnecting, self.connections.isEmpty { self.failWaiting(error) }
        if self.isWarm {
            self.warmLater(wasFailure: livedShort)
        }
        if !wasConnecting { self.openIfNeeded() }
    }

    /// A request on it will not be answered.
    func lost(_ connection: RESTConnection, _ pending: PendingRequest, _ loss: RESTConnection.Loss) {
        switch loss {
        case .refused(.target):
            self.transport.failed(pending.number, .notSent("the request's path is not plain ASCII"))
            self.becameReady(connection)
        case .refused(.header(let name)):
            self.transport.failed(pending.number, .notSent("the header \(name) holds a control character"))
            self.becameReady(connection)
        case .unanswered(let error):
            // The server may have closed it just as we wrote (RFC 9112, section 9.3.1): a question may be asked again, once.
            if case .connectionLost = error, pending.request.method == .get, connection.served > 0, !pending.isRetry,
                !self.isShutDown
            {
                var again = pending
                again.isRetry = true
                self.waiting.prepend(again)
                self.openIfNeeded()
            } else {
                self.transport.failed(pending.number, .noAnswer(error.description))
            }
        case .cutOff(let error): self.transport.failed(pending.number, .noAnswer(error.description))
        }
    }

    // MARK: Opening

    private func open() {
        let connection = RESTConnection(to: self.address, settings: self.dialer.settings, pool: self)
        self.connections.append(connection)
        connection.open(by: self.dialer)
    }

    private func openIfNeeded() {
        guard !self.isShutDown else { return }
        var connecting = self.connections.count { $0.isConnecting }
        while self.connections.count < self.size, connecting < self.waiting.count {
            self.open()
            connecting += 1
        }
    }

    private func warmLater(wasFailure: Bool) {
        guard !self.isWarming else { return }
        self.isWarming = true
        if wasFailure { self.delay = min(max(self.delay + self.delay, .milliseconds(100)), Self.longestDelay) }
        self.dialer.eventLoop.assumeIsolated().scheduleTask(in: wasFailure ? self.delay : .zero) { [weak self] in
            self?.isWarming = false
            self?.warm()
        }
    }

    private func failWaiting(_ error: NetworkError) {
        // Not those that begin to wait while these are told.
        let failed = self.waiting
        self.waiting.removeAll(keepingCapacity: true)
        for pending in failed {
            let text = error.description
            self.transport.failed(pending.number, pending.isRetry ? .noAnswer(text) : .notSent(text))
        }
    }

    // MARK: Time-outs

    // One timer for the lane, at the earliest deadline it knew when it was set: with equal limits it is set anew once per limit,
    // not once per request.
    private func setAlarm(at deadline: NIODeadline) {
        guard deadline < self.alarm else { return }
        self.alarm = deadline
        self.alarmNumber += 1
        let number = self.alarmNumber
        self.dialer.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in
            self?.alarmWentOff(number)
        }
    }

    private func alarmWentOff(_ number: UInt64) {
        guard number == self.alarmNumber else { return }
        self.alarm = .distantFuture
        let now = NIODeadline.now()
        var next = NIODeadline.distantFuture
        for connection in self.connections {
            guard let deadline = connection.inFlight?.deadline else { continue }
            if deadline <= now {
                connection.close(.noAnswerInTime(self.address.hostAndPort))
            } else {
                next = min(next, deadline)
            }
        }
        let late = self.waiting.filter { $0.deadline <= now }
        self.waiting.removeAll { $0.deadline <= now }
        for pending in late {
            let text = "no connection to \(self.address.hostAndPort) was free in time"
            self.transport.failed(pending.number, pending.isRetry ? .noAnswer(text) : .notSent(text))
        }
        for pending in self.waiting { next = min(next, pending.deadline) }
        if next < .distantFuture { self.setAlarm(at: next) }
    }
}
