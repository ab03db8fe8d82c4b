// Worker threads for data-parallel loops.
//
// A call publishes a job and works on it itself; workers that come in time help, and those that come too late cost
// nothing. Parts are handed out one at a time, so that a thread that the system has put aside delays only its own part.
// Waits spin for a bounded time, since jobs follow each other within microseconds, and then block.
#include "kernels.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
  most_threads = 64,
  spins = 4000,             // one to two hundred microseconds: what one thread does alone between two jobs
  closed = 1 << 30          // of `inside`: nobody may enter any more
};

static struct {
  // The job; written only while it is closed and nobody is inside.
  void (*body)(void *, size_t, size_t);
  void *context;
  size_t part_count;
  size_t limit;                 // workers that may enter
  razao_thread_choice choice;   // the caller's
  _Atomic size_t next;          // the part that is given out next
  _Atomic size_t entered;       // workers that have entered this job, which numbers them

  _Atomic int inside;           // workers inside the job, and `closed`
  _Atomic unsigned epoch;       // counts jobs; what idle workers watch
  _Atomic int sleepers;         // workers that block, or are about to
  _Atomic int caller_sleeps;
  _Atomic int busy;             // whether a thread is within razao_parallel
  _Atomic size_t threads;
  pthread_mutex_t lock;
  pthread_cond_t job_came, job_left;
} pool = {.inside = closed, .lock = PTHREAD_MUTEX_INITIALIZER, .job_came = PTHREAD_COND_INITIALIZER,
          .job_left = PTHREAD_COND_INITIALIZER};

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void work(size_t thread) {
  for (;;) {
    const size_t part = atomic_fetch_add_explicit(&pool.next, 1, memory_order_relaxed);
    if (part >= pool.part_count) return;
    pool.body(pool.context, thread, part);
  }
}

static void wait_for_job(unsigned seen) {
  for (int i = 0; i < spins; i++) {
    if (atomic_load_explicit(&pool.epoch, memory_order_acquire) != seen) return;
    pause_briefly();
  }
  pthread_mutex_lock(&pool.lock);
  atomic_fetch_add(&pool.sleepers, 1);
  while (atomic_load(&pool.epoch) == seen) pthread_cond_wait(&pool.job_came, &pool.lock);
  atomic_fetch_sub(&pool.sleepers, 1);
  pthread_mutex_unlock(&pool.lock);
}

static void *worker(void *unused) {
  (void)unused;
  unsigned seen = 0;
  for (;;) {
    wait_for_job(seen);
    seen = atomic_load_explicit(&pool.epoch, memory_order_acquire);
    int inside = atomic_load_explicit(&pool.inside, memory_order_relaxed);
    int entered = 0;
    // `limit` is read inside the loop: acquiring `inside` without `closed` makes the job's fields visible.
    while ((inside & closed) == 0 && !entered) {
      entered = atomic_compare_exchange_weak(&pool.inside, &inside, inside + 1);
    }
    if (!entered) continue;
    const size_t ticket = atomic_fetch_add_explicit(&pool.entered, 1, memory_order_relaxed);
    if (ticket < pool.limit) {
      razao_choice = pool.choice;
      work(1 + ticket);
    }
    if (atomic_fetch_sub(&pool.inside, 1) == closed + 1 && atomic_load(&pool.caller_sleeps)) {
      pthread_mutex_lock(&pool.lock);
      pthread_cond_signal(&pool.job_left);
      pthread_mutex_unlock(&pool.lock);
    }
  }
  return NULL;
}

// Starts workers until there are `wanted`, or the system refuses.
static void start_workers(size_t wanted) {
  if (wanted > most_threads) wanted = most_threads;
  while (atomic_load(&pool.threads) < wanted) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, worker, NULL) != 0) return;
    pthread_detach(thread);
    atomic_fetch_add(&pool.threads, 1);
  }
}

static void wait_until_left(void) {
  for (int i = 0; i < spins; i++) {
    if (atomic_load_explicit(&pool.inside, memory_order_acquire) == closed) return;
    pause_briefly();
  }
  pthread_mutex_lock(&pool.lock);
  atomic_store(&pool.caller_sleeps, 1);
  while (atomic_load(&pool.inside) != closed) pthread_cond_wait(&pool.job_left, &pool.lock);
  atomic_store(&pool.caller_sleeps, 0);
  pthread_mutex_unlock(&pool.lock);
}

void razao_parallel(void (*body)(void *context, size_t thread, size_t part), void *context, size_t part_count,
                    size_t helpers) {
  int idle = 0;
  if (helpers == 0 || part_count < 2 || !atomic_compare_exchange_strong(&pool.busy, &idle, 1)) {
    for (size_t part = 0; part < part_count; part++) body(context, 0, part);
    return;
  }
  start_workers(helpers);
  pool.body = body;
  pool.context = context;
  pool.part_count = part_count;
  pool.limit = helpers;
  pool.choice = razao_choice;
  atomic_store_explicit(&pool.next, 0, memory_order_relaxed);
  atomic_store_explicit(&pool.entered, 0, memory_order_relaxed);
  atomic_store(&pool.inside, 0);
  atomic_fetch_add(&pool.epoch, 1);
  if (atomic_load(&pool.sleepers) > 0) {
    pthread_mutex_lock(&pool.lock);
    pthread_cond_broadcast(&pool.job_came);
    pthread_mutex_unlock(&pool.lock);
  }
  work(0);
  atomic_fetch_or(&pool.inside, closed);
  wait_until_left();
  atomic_store_explicit(&pool.busy, 0, memory_order_release);
}

size_t razao_parallel_threads(void) { return atomic_load(&pool.threads); }
