import ABCI
import Logging
import NIOCore
import NIOPosix

/// One connection of the engine: cuts frames, has them answered in order on a thread that may block, writes the
/// answers in the same order.
///
/// Frames that arrive while others are being answered wait here; beyond a bound the socket is not read, so an engine
/// that sends faster than the application works waits in its own buffers.
final class ABCIConnection: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// The most messages that are answered before their answers are written.
  private static let batchCount = 64
  /// Bytes of waiting messages above which the socket is not read.
  private static let waitingByteLimit = 4 << 20

  private let responder: ABCIResponder
  private let pool: NIOThreadPool
  private let logger: Logger
  private let onFault: @Sendable (ABCIFault) -> Void
  private var decoder: FrameDecoder
  private var waiting: ArraySlice<[UInt8]> = []
  private var waitingByteCount = 0
  private var isAnswering = false
  private var hasHeldRead = false
  /// Set once nothing more is read: what arrived was no frame, or the application failed.
  private var isEnding = false
  private var refusal: ABCIError?

  init(
    responder: ABCIResponder, pool: NIOThreadPool, frameLimit: Int, logger: Logger,
    onFault: @escaping @Sendable (ABCIFault) -> Void
  ) {
    self.responder = responder
    self.pool = pool
    self.logger = logger
    self.onFault = onFault
    decoder = FrameDecoder(limit: frameLimit)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isEnding else { return }
    decoder.append(unwrapInboundIn(data).readableBytesView)
    do throws(ABCIError) {
      while let message = try decoder.next() {
        waiting.append(message)
        waitingByteCount += message.count
      }
    } catch {
      isEnding = true
      refusal = error
    }
    answerWaiting(context)
  }

  func read(context: ChannelHandlerContext) {
    if waitingByteCount > Self.waitingByteLimit {
      hasHeldRead = true
    } else {
      context.read()
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    if decoder.pendingByteCount > 0, !isEnding {
      logger.warning("a connection ended inside a frame", metadata: ["bytes": "\(decoder.pendingByteCount)"])
    }
    isEnding = true
    (waiting, waitingByteCount) = ([], 0)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    logger.debug("a connection broke", metadata: ["error": "\(error)"])
    context.close(promise: nil)
  }

  /// Has the next messages answered, unless some are being answered already.
  private func answerWaiting(_ context: ChannelHandlerContext) {
    guard !isAnswering else { return }
    guard !waiting.isEmpty else { return refuseRest(context) }
    let batch = Array(waiting.prefix(Self.batchCount))
    waiting.removeFirst(batch.count)
    waitingByteCount -= batch.reduce(0) { $0 + $1.count }
    if waiting.isEmpty { waiting = [] }
    isAnswering = true
    let responder = responder
    pool.runIfActive(eventLoop: context.eventLoop) { Self.answers(to: batch, responder) }
      .assumeIsolated().whenComplete { result in
        switch result {
        case .success(let answers): self.write(answers, context)
        case .failure: context.close(promise: nil)
        }
      }
  }

  /// The bytes of all answers up to a fault.
  private static func answers(to batch: [[UInt8]], _ responder: ABCIResponder) -> (bytes: [UInt8], fault: ABCIFault?) {
    var bytes: [UInt8] = []
    for message in batch {
      let answer = responder.answer(message)
      bytes += answer.response.frame()
      if let fault = answer.fault { return (bytes, fault) }
    }
    return (bytes, nil)
  }

  private func write(_ answers: (bytes: [UInt8], fault: ABCIFault?), _ context: ChannelHandlerContext) {
    if let fault = answers.fault { return end(context, answers.bytes, fault) }
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: answers.bytes))).assumeIsolated().whenComplete { result in
      self.isAnswering = false
      guard case .success = result else { return context.close(promise: nil) }
      if self.hasHeldRead, self.waitingByteCount <= Self.waitingByteLimit {
        self.hasHeldRead = false
        context.read()
      }
      self.answerWaiting(context)
    }
  }

  /// After the last good frame: tells the engine what was wrong with the next one.
  private func refuseRest(_ context: ChannelHandlerContext) {
    guard let refusal else { return }
    self.refusal = nil
    let fault = ABCIFault("\(refusal)")
    end(context, ABCIResponder.failure(fault).response.frame(), fault)
  }

  private func end(_ context: ChannelHandlerContext, _ bytes: [UInt8], _ fault: ABCIFault) {
    isEnding = true
    logger.error("the engine is told to stop", metadata: ["fault": "\(fault.sentence)"])
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes))).assumeIsolated().whenComplete { _ in
      context.close(promise: nil)
    }
    onFault(fault)
  }
}
