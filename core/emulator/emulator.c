#include "core/emulator/emulator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/emulator/seed.h"
#include "core/emulator/server.h"
#include "core/emulator/service.h"
#include "core/emulator/statefile.h"

#define BUCKETS_A_PAGE    100
#define OPERATIONS_A_PAGE 200 /* as the API reference of GetOperations says */
#define BUCKETS_MAX       100000

/* The system's clock, or the caller's, moved by the skew. */
struct skewed_clock {
	struct ks_clock clock;
	const struct ks_clock *base;
	int64_t skew_ms;
};

struct ks_emulator {
	struct skewed_clock clock;
	struct ks_emu_service service;
	struct ks_emu_server *server;
	struct ks_emu_statefile *statefile; /* NULL: the world is in memory only */
	char url[32];
};

void ks_emulator_options_init(struct ks_emulator_options *options)
{
	*options = (struct ks_emulator_options){
	    .buckets = 18,
	    .keys_per_bucket = KS_EMULATOR_LIFELIKE,
	    .seed = 1,
	    .op_delay_ms = 2000,
	    .background_use = true,
	};
}

static int64_t skewed_wall(void *ctx)
{
	const struct skewed_clock *clock = ctx;

	return ks_clock_wall(clock->base) + clock->skew_ms;
}

static int64_t skewed_mono(void *ctx)
{
	return ks_clock_mono(((const struct skewed_clock *)ctx)->base);
}

static bool check_options(const struct ks_emulator_options *options, struct ks_err *err)
{
	if (options->buckets > BUCKETS_MAX)
		return ks_err_set(
		    err, KS_ERR_USAGE, "the emulator makes at most %d buckets", BUCKETS_MAX);
	if (options->keys_per_bucket > 2)
		return ks_err_set(err, KS_ERR_USAGE, "a bucket has at most two keys");
	if (options->error_form != NULL && ks_emu_error_form_find(options->error_form) == NULL) {
		ks_err_set(err, KS_ERR_USAGE, "there is no error form '%s'", options->error_form);
		return ks_err_tip(err, "--error-form help lists them");
	}
	return true;
}

static bool start_service(
    struct ks_emulator *emulator, const struct ks_emulator_options *options, struct ks_err *err)
{
	struct ks_emu_service *service = &emulator->service;
	unsigned page = options->page_size;

	service->ids = ks_emu_random_fresh();
	service->signing_keys = ks_emu_sig_cache_new();
	service->form =
	    ks_emu_error_form_find(options->error_form != NULL ? options->error_form : "full");
	service->buckets_a_page = page > 0 ? page : BUCKETS_A_PAGE;
	service->operations_a_page =
	    page > 0 && page < OPERATIONS_A_PAGE ? page : OPERATIONS_A_PAGE;
	service->latency_ms = options->latency_ms;
	service->life.on = options->background_use;
	service->create_without_last_used = options->create_without_last_used;
	if (options->session_token != NULL)
		service->session_token = ks_strdup(options->session_token);
	ks_emu_faults_init(&service->faults, options->seed);
	for (size_t i = 0; i < options->fault_count; i++)
		if (!ks_emulator_add_fault(emulator, options->faults[i], err))
			return false;
	return true;
}

static bool make_world(
    struct ks_emulator *emulator, const struct ks_emulator_options *options, struct ks_err *err)
{
	struct ks_emu_world *world = &emulator->service.world;
	bool found = false;

	ks_emu_world_init(world, &emulator->clock.clock, options->seed);
	world->key_delay_ms = options->key_delay_ms;
	world->key_linger_ms = options->key_linger_ms;
	world->op_delay_ms = options->op_delay_ms;
	if (options->state_path != NULL) {
		emulator->statefile =
		    ks_emu_statefile_open(options->state_path, world, &found, err);
		if (emulator->statefile == NULL)
			return false;
	}
	if (!found)
		ks_emu_seed(world, options->buckets, options->keys_per_bucket);
	/* A file that can't be written is said now, not when the server ends. */
	return found || emulator->statefile == NULL ||
	       ks_emu_statefile_save(emulator->statefile, world, err);
}

struct ks_emulator *ks_emulator_start(const struct ks_emulator_options *options, struct ks_err *err)
{
	struct ks_emulator *emulator;

	if (!check_options(options, err))
		return NULL;
	emulator = ks_calloc(1, sizeof *emulator);
	emulator->clock.base = options->clock != NULL ? options->clock : ks_clock_system();
	emulator->clock.skew_ms = options->clock_skew_ms;
	emulator->clock.clock = (struct ks_clock){skewed_wall, skewed_mono, &emulator->clock};
	pthread_mutex_init(&emulator->service.lock, NULL);
	if (start_service(emulator, options, err) && make_world(emulator, options, err))
		emulator->server = ks_emu_server_start(&emulator->service, options->port, err);
	if (emulator->server == NULL) {
		ks_emulator_free(emulator);
		return NULL;
	}
	snprintf(emulator->url, sizeof emulator->url, "http://127.0.0.1:%u",
	    (unsigned)emulator->service.port);
	return emulator;
}

bool ks_emulator_run(struct ks_emulator *emulator, int stop_fd, struct ks_err *err)
{
	struct ks_emu_statefile *statefile = emulator->statefile;
	struct ks_emu_world *world = &emulator->service.world;
	bool stopped = false, good = true;

	while (good && !stopped) {
		int64_t wake = KS_TIME_NEVER;

		if (statefile != NULL)
			wake = ks_emu_statefile_keep(statefile, world);
		good = ks_emu_server_turn(emulator->server, stop_fd, wake, &stopped, err);
	}
	if (statefile != NULL && !ks_emu_statefile_save(statefile, world, good ? err : NULL))
		good = false;
	return good;
}

void ks_emulator_free(struct ks_emulator *emulator)
{
	if (emulator == NULL)
		return;
	ks_emu_server_free(emulator->server);
	ks_emu_statefile_free(emulator->statefile);
	ks_emu_uploads_free(&emulator->service.uploads);
	ks_emu_world_free(&emulator->service.world);
	ks_emu_faults_free(&emulator->service.faults);
	ks_emu_sig_cache_free(emulator->service.signing_keys);
	free(emulator->service.session_token);
	pthread_mutex_destroy(&emulator->service.lock);
	free(emulator);
}

uint16_t ks_emulator_port(const struct ks_emulator *emulator)
{
	return emulator->service.port;
}

const char *ks_emulator_url(const struct ks_emulator *emulator)
{
	return emulator->url;
}

const char *ks_emulator_access_key_id(const struct ks_emulator *emulator)
{
	return emulator->service.world.access_key_id;
}

const char *ks_emulator_secret_access_key(const struct ks_emulator *emulator)
{
	return emulator->service.world.secret_access_key;
}

/* ---- what tests ask, from any thread ---- */

bool ks_emulator_add_fault(struct ks_emulator *emulator, const char *spec, struct ks_err *err)
{
	struct ks_emu_service *service = &emulator->service;
	bool good;

	pthread_mutex_lock(&service->lock);
	good = ks_emu_faults_add(&service->faults, spec, ks_emu_service_has_op, err);
	pthread_mutex_unlock(&service->lock);
	return good;
}

void ks_emulator_clear_faults(struct ks_emulator *emulator)
{
	pthread_mutex_lock(&emulator->service.lock);
	ks_emu_faults_clear(&emulator->service.faults);
	pthread_mutex_unlock(&emulator->service.lock);
}

struct ks_emulator_count ks_emulator_counted(struct ks_emulator *emulator, const char *op)
{
	struct ks_emu_counts *counts = &emulator->service.counts;
	struct ks_emulator_count sum = {0};

	pthread_mutex_lock(&emulator->service.lock);
	for (size_t i = 0; i < counts->used; i++) {
		if (op != NULL && strcmp(counts->ops[i], op) != 0)
			continue;
		sum.received += counts->counts[i].received;
		sum.succeeded += counts->counts[i].succeeded;
		sum.faulted += counts->counts[i].faulted;
	}
	pthread_mutex_unlock(&emulator->service.lock);
	return sum;
}

static unsigned read_locked(struct ks_emulator *emulator, const unsigned *number)
{
	unsigned value;

	pthread_mutex_lock(&emulator->service.lock);
	value = *number;
	pthread_mutex_unlock(&emulator->service.lock);
	return value;
}

unsigned ks_emulator_peak(struct ks_emulator *emulator)
{
	return read_locked(emulator, &emulator->service.counts.peak);
}

unsigned ks_emulator_peak_connections(struct ks_emulator *emulator)
{
	return read_locked(emulator, &emulator->service.counts.peak_connections);
}

bool ks_emulator_key_secret(
    struct ks_emulator *emulator, const char *access_key_id, char secret[KS_EMULATOR_SECRET_SIZE])
{
	const struct ks_emu_key *key;

	pthread_mutex_lock(&emulator->service.lock);
	key = ks_emu_index_find(&emulator->service.world.keys, access_key_id);
	if (key != NULL)
		memcpy(secret, key->secret, KS_EMULATOR_SECRET_SIZE);
	pthread_mutex_unlock(&emulator->service.lock);
	return key != NULL;
}

size_t ks_emulator_bucket_keys(
    struct ks_emulator *emulator, const char *bucket_name, char ids[2][KS_EMULATOR_KEY_ID_SIZE])
{
	const struct ks_emu_bucket *bucket;
	size_t count = 0;

	pthread_mutex_lock(&emulator->service.lock);
	bucket = ks_emu_world_bucket(&emulator->service.world, bucket_name);
	for (; bucket != NULL && count < bucket->key_count; count++)
		memcpy(ids[count], bucket->keys[count]->id, KS_EMULATOR_KEY_ID_SIZE);
	pthread_mutex_unlock(&emulator->service.lock);
	return count;
}

/* ---- help ---- */

char *ks_emulator_fault_help(void)
{
	struct ks_buf text;

	ks_buf_init(&text, 64 * 1024);
	ks_buf_puts(&text,
	    "kind=K[,op=NAME][,region=R][,nth=N|every=N|prob=P][,count=N][,ms=N]\n\nkinds:\n");
	ks_emu_faults_list(&text);
	return ks_buf_take(&text);
}

char *ks_emulator_form_help(void)
{
	struct ks_buf text;

	ks_buf_init(&text, 64 * 1024);
	ks_emu_error_form_list(&text);
	return ks_buf_take(&text);
}
