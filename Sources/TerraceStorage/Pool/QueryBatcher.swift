internal import Synchronization

/// Puts questions that come at about the same time together, and asks the database once for all of them.
///
/// A batch goes when its window is over or it is full. While `underWayLimit` batches are under way, the next one gathers on.
public final class QueryBatcher<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// Asks for all keys at once. A key that is missing in the answer has none.
    public typealias Load = @Sendable ([Key]) async throws(DatabaseError) -> [Key: Value]
    private typealias Tell = @Sendable (Result<Value?, DatabaseError>) -> Void

    private struct State {
        /// The keys of the batch that gathers, in the order in which they came first.
        var keys: [Key] = []
        var waiters: [Key: [UInt64: Tell]] = [:]  // Looked up by the keys above.
        var waiting = 0
        /// Which batch a window belongs to.
        var batch: UInt64 = 0
        var isDue = false
        var underWay = 0
        var numbers: UInt64 = 0
        var statistics = QueryBatcherStatistics()
    }

    private let window: Duration
    private let keyLimit: Int
    private let underWayLimit: Int
    private let waitingLimit: Int
    private let sleep: @Sendable (Duration) async -> Void
    private let load: Load
    private let state = Mutex(State())

    /// Batches of at most `keyLimit` keys that came within `window`. `sleep` is the clock.
    public init(
        window: Duration = .milliseconds(2), keyLimit: Int = 1_000, underWayLimit: Int = 4, waitingLimit: Int = 10_000,
        sleep: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }, load: @escaping Load
    ) {
        self.window = window
        self.keyLimit = max(1, keyLimit)
        self.underWayLimit = max(1, underWayLimit)
        self.waitingLimit = max(1, waitingLimit)
        self.sleep = sleep
        self.load = load
    }

    /// The answer for `key`, or `nil` where there is none.
    ///
    /// Whoever is cancelled while the batch gathers gets `cancelled` at once, and the others of the batch get their answers. A batch
    /// that is under way is waited for.
    ///
    /// - Throws: What `load` throws; `cancelled`; `queueFull` where too many wait.
    public func value(for key: Key) async throws(DatabaseError) -> Value? {
        let waiter = self.state.withLock { state in
            state.numbers += 1
            return state.numbers
        }
        let result: Result<Value?, DatabaseError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                self.join(key, waiter) { continuation.resume(returning: $0) }
            }
        } onCancel: {
            self.leave(key, waiter)
        }
        return try result.get()
    }

    /// How it fares.
    public var statistics: QueryBatcherStatistics { self.state.withLock { $0.statistics } }

    // MARK: Parts

    private func join(_ key: Key, _ waiter: UInt64, _ tell: @escaping Tell) {
        let (isRefused, opened, batch) = self.state.withLock {
            state -> (DatabaseError?, UInt64?, [Key: [UInt64: Tell]]?) in
            // A cancellation that came before left nothing to be found by `leave`.
            if Task.isCancelled { return (Self.cancelled, nil, nil) }
            guard state.waiting < self.waitingLimit else { return (Self.full, nil, nil) }
            state.statistics.questions += 1
            state.waiting += 1
            let isFirst = state.keys.isEmpty
            if state.waiters[key] == nil { state.keys.append(key) }
            state.waiters[key, default: [:]][waiter] = tell
            if state.keys.count >= self.keyLimit { state.isDue = true }
            return (nil, isFirst ? state.batch : nil, self.takeDue(&state))
        }
        if let isRefused { return tell(.failure(isRefused)) }
        if let batch {
            self.send(batch)
        } else if let opened {
            Task {
                await self.sleep(self.window)
                self.windowIsOver(opened)
            }
        }
    }

    private func windowIsOver(_ batch: UInt64) {
        let due = self.state.withLock { state -> [Key: [UInt64: Tell]]? in
            guard state.batch == batch else { return nil }
            state.isDue = true
            return self.takeDue(&state)
        }
        if let due { self.send(due) }
    }

    /// The batch that gathers, where it is due and may go.
    private func takeDue(_ state: inout State) -> [Key: [UInt64: Tell]]? {
        guard state.isDue, state.underWay < self.underWayLimit, !state.keys.isEmpty else { return nil }
        var batch: [Key: [UInt64: Tell]] = [:]
        let count = min(state.keys.count, self.keyLimit)
        for key in state.keys.prefix(count) {
            batch[key] = state.waiters.removeValue(forKey: key)
        }
        state.keys.removeFirst(count)
        // What did not fit has waited long enough: it goes as soon as it may.
        if state.keys.isEmpty {
            state.isDue = false
            state.batch += 1
        }
        state.underWay += 1
        state.statistics.batches += 1
        state.statistics.keys += batch.count
        state.statistics.mostKeys = max(state.statistics.mostKeys, batch.count)
        return batch
    }

    private func send(_ batch: [Key: [UInt64: Tell]]) {
        Task {
            let answer: Result<[Key: Value], DatabaseError>
            do throws(DatabaseError) {
                answer = .success(try await self.load(Array(batch.keys)))
            } catch {
                answer = .failure(error)
            }
            let next = self.state.withLock { state in
                state.underWay -= 1
                state.waiting -= batch.values.reduce(0) { $0 + $1.count }
                if case .failure = answer { state.statistics.failures += 1 }
                return self.takeDue(&state)
            }
            if let next { self.send(next) }
            for (key, waiters) in batch {
                for (_, tell) in waiters { tell(answer.map { $0[key] }) }
            }
        }
    }

    private func leave(_ key: Key, _ waiter: UInt64) {
        let tell = self.state.withLock { state -> Tell? in
            guard let tell = state.waiters[key]?.removeValue(forKey: waiter) else { return nil }
            state.waiting -= 1
            if state.waiters[key]?.isEmpty == true {
                state.waiters[key] = nil
                state.keys.removeAll { $0 == key }
                if state.keys.isEmpty {
                    state.isDue = false
                    state.batch += 1
                }
            }
            return tell
        }
        tell?(.failure(Self.cancelled))
    }

    private static var cancelled: DatabaseError {
        DatabaseError(.cancelled, at: "batch", "the question was withdrawn")
    }
    private static var full: DatabaseError {
        DatabaseError(.queueFull, at: "batch", "too many questions wait for their answers")
    }
}
